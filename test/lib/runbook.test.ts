import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RUNBOOK } from '../../lib/operations.ts';
import { ROOT } from '../../local/process/paths.ts';
import { synthesize } from './synthesize.ts';

const text = readFileSync(`${ROOT}${RUNBOOK}`, 'utf8');
const sections = new Map(
  text
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.split('\n', 1)[0] ?? '', section]),
);

/** A provisioned cluster has every alarm there is. */
const alarms = Object.values(
  synthesize({ stream: { kind: 'provisioned' } }).findResources('AWS::CloudWatch::Alarm'),
).map(({ Properties }) => String(Properties.AlarmDescription));

test('every alarm has its section in the runbook, and every section its alarm', () => {
  const names = alarms.map((description) => description.split(':', 1)[0] ?? '');
  expect([...sections.keys()].sort()).toEqual(names.sort());
});

test('every alarm says where its section is', () => {
  for (const description of alarms) expect(description).toMatch(new RegExp(`^([a-z-]+): .+ ${RUNBOOK}#\\1$`));
});

test('every section says what it means, how to look, how to fix, and what to replay', () => {
  for (const [name, section] of sections)
    for (const part of ['Means', 'Look', 'Fix', 'Replay'])
      expect(section, `${name}: ${part}`).toMatch(new RegExp(`^\\*\\*${part}\\*\\*: .{10,}`, 'm'));
});

test('where a section refers to another alarm, there is one', () => {
  const referred = [...text.matchAll(/\b(?:accumulate|threshold|train|render|publish|stream)-[a-z-]+\b/g)];
  expect(referred.length).toBeGreaterThan(sections.size);
  for (const [name] of referred) expect([...sections.keys()]).toContain(name);
});
