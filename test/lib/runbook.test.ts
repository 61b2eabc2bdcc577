import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RUNBOOK } from '../../lib/operations.ts';
import { ROOT } from '../../local/process/paths.ts';
import { synthesize } from './synthesize.ts';

const text = readFileSync(join(ROOT, RUNBOOK), 'utf8');
const sections = new Map(
  text
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.split('\n', 1)[0] ?? '', section]),
);

/** A stack with a provisioned cluster, provisioned pollers and a ceiling has every alarm. */
const alarms = Object.values(
  synthesize({
    stream: { kind: 'provisioned', pollers: 'provisioned' },
    budget: { monthlyTrainingUsd: 25 },
  }).findResources('AWS::CloudWatch::Alarm'),
).map(({ Properties }) => String(Properties.AlarmDescription));

test('every alarm has a section in the runbook, and every section an alarm', () => {
  const names = alarms.map((description) => description.split(':', 1)[0] ?? '');
  expect([...sections.keys()].sort()).toEqual(names.sort());
});

test('the description of every alarm links to its section', () => {
  for (const description of alarms) expect(description).toMatch(new RegExp(`^([a-z-]+): .+ ${RUNBOOK}#\\1$`));
});

test('every section has the parts Means, Look, Fix and Replay', () => {
  for (const [name, section] of sections)
    for (const part of ['Means', 'Look', 'Fix', 'Replay'])
      expect(section, `${name}: ${part}`).toMatch(new RegExp(`^\\*\\*${part}\\*\\*: .{10,}`, 'm'));
});

test('every alarm that a section refers to exists', () => {
  const referred = [
    ...text.matchAll(
      /\b(?:accumulate|threshold|train|render|publish|stream|remember|serve|collect|catalogue|erasures|forget)-[a-z-]+\b/g,
    ),
  ];
  expect(referred.length).toBeGreaterThan(sections.size);
  for (const [name] of referred) expect([...sections.keys()]).toContain(name);
});

test('every log message that the runbook quotes is in the source of a Lambda', () => {
  const folder = join(ROOT, 'lambdas');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const [, ...quotes] = [...text.matchAll(/“([^”]+)”/g)].map(([, quote = '']) => quote);
  expect(quotes.length).toBeGreaterThan(5);
  expect(
    quotes.filter((quote) => !sources.some((source) => source.includes(quote))),
    'messages that no Lambda logs any more: correct docs/runbook.md',
  ).toEqual([]);
});
