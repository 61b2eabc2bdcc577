import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findMissing, needsOf, PREREQUISITES, parseVersion } from '../../local/bootstrap.mjs';

const PRINTED: Readonly<Record<string, string>> = {
  Node: 'v20.19.2\n',
  Java: 'openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment (build 17.0.15+6)\n',
  Maven: 'Apache Maven 3.8.7\nMaven home: /usr/share/maven\n',
  Python: 'Python 3.10.12\n',
};

/** What a machine prints, by the prerequisite's command. */
const machine = (printed: Readonly<Record<string, string | undefined>>) => (command: readonly string[]) =>
  printed[PREREQUISITES.find((prerequisite) => prerequisite.command === command)?.name ?? ''];

test('a machine that has everything lacks nothing', () => {
  expect(findMissing(machine(PRINTED))).toEqual([]);
  expect(
    findMissing(
      machine({ ...PRINTED, Java: 'openjdk version "21" 2023-09-19', Maven: 'Apache Maven 4.0.0' }),
    ),
  ).toEqual([]);
});

test('what is missing or too old is said in a sentence: which, what was found, how to get it', () => {
  const problems = findMissing(
    machine({ Node: 'v18.1.0', Java: 'openjdk version "11.0.2" 2019-01-15', Maven: 'Apache Maven 3.6.3' }),
  );
  expect(problems).toEqual([
    expect.stringMatching(/^Node 20 or newer is needed, found v18\.1\.0\. Get it: https:/),
    expect.stringMatching(
      /^Java 17 or 21 is needed, found openjdk version "11\.0\.2" 2019-01-15\. Get it: .*apt-get install openjdk-17/,
    ),
    expect.stringMatching(/^Maven 3\.8 or newer is needed, found Apache Maven 3\.6\.3\. Get it: /),
    expect.stringMatching(/^Python 3\.10 or newer is needed, not found\. Get it: /),
  ]);
});

test('a Java that is newer than Spark runs on is not taken', () => {
  expect(findMissing(machine({ ...PRINTED, Java: 'openjdk version "25" 2025-09-16' }))).toHaveLength(1);
});

test('the version is the first number in what a program prints', () => {
  expect([parseVersion('v24.1'), parseVersion('openjdk version "21"'), parseVersion('none')]).toEqual([
    [24, 1],
    [21, 0],
    undefined,
  ]);
});

test('the options that a JVM says it picked up are not its version', () => {
  const note = 'Picked up JAVA_TOOL_OPTIONS: -Xss16m -Dfile.encoding=UTF8\n';
  expect(findMissing(machine({ ...PRINTED, Java: `${note}${PRINTED.Java}` }))).toEqual([]);
  expect(findMissing(machine({ ...PRINTED, Java: `${note}openjdk version "11.0.2" 2019-01-15` }))).toEqual([
    expect.stringContaining('is needed, found openjdk version "11.0.2" 2019-01-15. Get it: '),
  ]);
});

test('versions of two places are compared as numbers, not as text', () => {
  const python = (version: string) =>
    findMissing(machine({ ...PRINTED, Python: `Python ${version}` })).length;
  expect(['3.9.18', '3.10.0', '3.14', '2.7.18'].map(python)).toEqual([1, 0, 0, 1]);
  const maven = (version: string) =>
    findMissing(machine({ ...PRINTED, Maven: `Apache Maven ${version}` })).length;
  expect(['3.6.3', '3.8.0', '3.10.1', '4.0.0'].map(maven)).toEqual([1, 0, 0, 0]);
});

test('a Java that is named as it was before 9 is too old; one that prints no version counts as missing', () => {
  expect(findMissing(machine({ ...PRINTED, Java: 'java version "1.8.0_402"' }))).toHaveLength(1);
  expect(findMissing(machine({ ...PRINTED, Java: 'No Java runtime present' }))).toEqual([
    expect.stringContaining('found No Java runtime present'),
  ]);
});

const bin = mkdtempSync(join(tmpdir(), 'cartograph-bootstrap-'));
afterAll(() => rmSync(bin, { recursive: true, force: true }));

/** Runs an npm script's bootstrap on a machine with nothing but shell scripts of these names. */
function bootstrap(programs: Readonly<Record<string, string>>) {
  for (const [name, body] of Object.entries(programs))
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return spawnSync(process.execPath, [join(import.meta.dirname, '../../local/bootstrap.mjs'), 'start'], {
    encoding: 'utf8',
    env: { PATH: bin },
  });
}

test('it looks at the programs themselves, says all that is missing at once, and installs and starts nothing', () => {
  const { status, stdout, stderr } = bootstrap({
    java: `echo 'openjdk version "11.0.2" 2019-01-15' >&2`,
    mvn: `printf '\\033[1mApache Maven 3.6.3\\033[m\\n'`,
  });
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(
      /^✗ Java 17 or 21 is needed, found openjdk version "11\.0\.2" 2019-01-15\. Get it: /,
    ),
    expect.stringMatching(/^✗ Maven 3\.8 or newer is needed, found Apache Maven 3\.6\.3\. Get it: /),
    expect.stringMatching(/^✗ Python 3\.10 or newer is needed, not found\. Get it: /),
  ]);
});

test('a program that is there and fails counts as not found', () => {
  const { status, stderr } = bootstrap({ java: 'echo 17; exit 1', mvn: 'echo Apache Maven 3.9.9' });
  expect(status).toBe(1);
  expect(stderr).toContain('✗ Java 17 or 21 is needed, not found.');
  expect(stderr).not.toContain('Maven');
});

test('a command that works in an account asks for no more than it needs', () => {
  const nothing = machine({});
  expect(findMissing(nothing, needsOf('cdk', ['deploy'])?.programs)).toHaveLength(3);
  expect(needsOf('cdk', ['deploy'])?.installs).toEqual(['npm packages', 'the Spark job (Maven)']);
  for (const name of ['charts', 'flush', 'lists', 'produce', 'retry'])
    for (const args of [['--stack', 'Shop'], ['--stack=Shop']])
      expect(needsOf(name, args)).toEqual({ programs: ['Node'], installs: ['npm packages'] });
  expect(needsOf('flush', [])).toBeUndefined();
  expect(needsOf('start', ['--stack', 'Shop'])).toBeUndefined();
  expect(needsOf('cost', [])).toBeDefined();
});
