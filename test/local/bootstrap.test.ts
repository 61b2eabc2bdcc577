import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { findMissing, needsOf, PREREQUISITES, parseVersion } from '../../local/bootstrap.mjs';
import { ROOT } from '../../local/process/paths.ts';
import { startTimeOf } from '../../local/process/process-lock.mjs';

const PRINTED: Readonly<Record<string, string>> = {
  Node: 'v20.19.2\n',
  Java: 'openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment (build 17.0.15+6)\n',
  Maven: 'Apache Maven 3.8.7\nMaven home: /usr/share/maven\n',
  Python: 'Python 3.10.12\n',
};

/** A machine whose programs print these texts, by the name of the prerequisite. */
const machine = (printed: Readonly<Record<string, string | undefined>>) => (command: readonly string[]) =>
  printed[PREREQUISITES.find((prerequisite) => prerequisite.command === command)?.name ?? ''];

test('a machine that has all prerequisites has no problem', () => {
  expect(findMissing(machine(PRINTED))).toEqual([]);
  expect(
    findMissing(
      machine({ ...PRINTED, Java: 'openjdk version "21" 2023-09-19', Maven: 'Apache Maven 4.0.0' }),
    ),
  ).toEqual([]);
});

test('one sentence for each program that is missing or too old says what was found and where to get it', () => {
  const problems = findMissing(
    machine({ Node: 'v18.1.0', Java: 'openjdk version "11.0.2" 2019-01-15', Maven: 'Apache Maven 3.6.3' }),
  );
  expect(problems).toEqual([
    expect.stringMatching(/^Node 20 or newer is required, but found v18\.1\.0\. Get it from https:/),
    expect.stringMatching(
      /^Java 17 or 21 is required, but found openjdk version "11\.0\.2" 2019-01-15\. Get it from .*apt-get install openjdk-17/,
    ),
    expect.stringMatching(/^Maven 3\.8 or newer is required, but found Apache Maven 3\.6\.3\. Get it from /),
    expect.stringMatching(/^Python 3\.10 or newer is required, but it was not found\. Get it from /),
  ]);
});

test('a version of Java that is too new for Spark is refused', () => {
  expect(findMissing(machine({ ...PRINTED, Java: 'openjdk version "25" 2025-09-16' }))).toHaveLength(1);
});

test('the version is the first number that a program prints', () => {
  expect([parseVersion('v24.1'), parseVersion('openjdk version "21"'), parseVersion('none')]).toEqual([
    [24, 1],
    [21, 0],
    undefined,
  ]);
});

test('the options that a JVM prints first are not taken for its version', () => {
  const note = 'Picked up JAVA_TOOL_OPTIONS: -Xss16m -Dfile.encoding=UTF8\n';
  expect(findMissing(machine({ ...PRINTED, Java: `${note}${PRINTED.Java}` }))).toEqual([]);
  expect(findMissing(machine({ ...PRINTED, Java: `${note}openjdk version "11.0.2" 2019-01-15` }))).toEqual([
    expect.stringContaining('is required, but found openjdk version "11.0.2" 2019-01-15. Get it from '),
  ]);
});

test('versions are compared as numbers, not as text', () => {
  const python = (version: string) =>
    findMissing(machine({ ...PRINTED, Python: `Python ${version}` })).length;
  expect(['3.9.18', '3.10.0', '3.14', '2.7.18'].map(python)).toEqual([1, 0, 0, 1]);
  const maven = (version: string) =>
    findMissing(machine({ ...PRINTED, Maven: `Apache Maven ${version}` })).length;
  expect(['3.6.3', '3.8.0', '3.10.1', '4.0.0'].map(maven)).toEqual([1, 0, 0, 0]);
});

test('version 1.8 of Java is too old, and a Java that prints no version is a problem', () => {
  expect(findMissing(machine({ ...PRINTED, Java: 'java version "1.8.0_402"' }))).toHaveLength(1);
  expect(findMissing(machine({ ...PRINTED, Java: 'No Java runtime present' }))).toEqual([
    expect.stringContaining('found No Java runtime present'),
  ]);
});

const bin = mkdtempSync(join(tmpdir(), 'cartograph-bootstrap-'));
afterAll(() => rmSync(bin, { recursive: true, force: true }));

/** Runs an npm script's bootstrap on a machine that has only shell scripts of these names. */
function bootstrap(programs: Readonly<Record<string, string>>) {
  for (const [name, body] of Object.entries(programs))
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return spawnSync(process.execPath, [join(import.meta.dirname, '../../local/bootstrap.mjs'), 'start'], {
    encoding: 'utf8',
    env: { PATH: bin },
  });
}

test('the programs themselves are checked, all problems are reported at once, and nothing is installed or started', () => {
  const { status, stdout, stderr } = bootstrap({
    java: `echo 'openjdk version "11.0.2" 2019-01-15' >&2`,
    mvn: `printf '\\033[1mApache Maven 3.6.3\\033[m\\n'`,
  });
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(
      /^✗ Java 17 or 21 is required, but found openjdk version "11\.0\.2" 2019-01-15\. Get it from /,
    ),
    expect.stringMatching(
      /^✗ Maven 3\.8 or newer is required, but found Apache Maven 3\.6\.3\. Get it from /,
    ),
    expect.stringMatching(/^✗ Python 3\.10 or newer is required, but it was not found\. Get it from /),
  ]);
});

test('a program that exists but fails counts as not found', () => {
  const { status, stderr } = bootstrap({ java: 'echo 17; exit 1', mvn: 'echo Apache Maven 3.9.9' });
  expect(status).toBe(1);
  expect(stderr).toContain('✗ Java 17 or 21 is required, but it was not found.');
  expect(stderr).not.toContain('Maven');
});

/** A project that contains only the bootstrap, on a machine whose installers are shell scripts. */
let project: string;
let running: ChildProcess[];
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'cartograph-project-'));
  running = [];
  for (const name of ['local/bootstrap.mjs', 'local/process/process-lock.mjs']) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    copyFileSync(join(import.meta.dirname, '../..', name), join(project, name));
  }
  for (const path of INPUTS) put(path, path);
  for (const [name, body] of Object.entries(INSTALLERS)) put(`bin/${name}`, `#!/bin/sh\n${body}\n`);
});
afterEach(async () => {
  for (const child of running)
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'))
      await once(child, 'exit');
  rmSync(project, { recursive: true, force: true });
});

const INPUTS = [
  'package-lock.json',
  'spark/pom.xml',
  'spark/src/main/x',
  'spark/local-jvm.options',
  'local/maven/pom.xml',
  'local/requirements.txt',
  'local/commands/archive-classes.ts',
];

/** They install the files that the bootstrap looks for. The project's own Node runs shell scripts here, not TypeScript. */
const INSTALLERS = {
  java: `echo 'openjdk version "17"'`,
  npm: `echo npm >> log; mkdir -p node_modules/.bin; cp bin/fake-node node_modules/.bin/node`,
  'fake-node': `case "$*" in *archive*) echo archive >> log; touch .cartograph/spark.jsa;; *) shift; exec sh "$@";; esac`,
  mvn: `[ "$1" = --version ] && echo Apache Maven 3.9.9 && exit
        echo "mvn $3" >> log; mkdir -p spark/target .cartograph/kafka; touch spark/target/cartograph-train.jar`,
  python3: `[ "$1" = --version ] && echo Python 3.12.1 && exit
        mkdir -p "$3/bin"; printf '#!/bin/sh\necho pip >> log; touch .cartograph/venv/bin/ministack\n' > "$3/bin/pip"; chmod +x "$3/bin/pip"`,
};

function put(path: string, content: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), content, { mode: 0o755 });
}
const at = (path: string): string => join(project, path);

/** Waits until a script has written a file. */
async function written(path: string): Promise<string> {
  while (!existsSync(at(path)) || readFileSync(at(path), 'utf8') === '') await sleep(10);
  return readFileSync(at(path), 'utf8').trim();
}

function npmScript(...args: readonly string[]) {
  const child = spawn(process.execPath, [at('local/bootstrap.mjs'), ...args], {
    env: { PATH: `${at('bin')}:/usr/bin:/bin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const output = Promise.all([text(child.stdout), text(child.stderr)]).then((streams) => streams.join(''));
  return { child, output, ended: once(child, 'exit') };
}

async function result(...args: readonly string[]): Promise<readonly [number, string]> {
  const { ended, output } = npmScript(...args);
  const [code] = await ended;
  return [code, await output];
}

test('everything is installed once, and again when its inputs change or its result is missing', async () => {
  expect(await result('install')).toEqual([0, expect.stringContaining('Installed npm packages in ')]);
  const all = ['npm', 'mvn spark/pom.xml', 'mvn local/maven/pom.xml', 'pip', 'archive'];
  expect((await written('log')).split('\n')).toEqual(all);
  expect(await result('install')).toEqual([0, '']);
  put('local/maven/pom.xml', 'changed');
  rmSync(at('.cartograph/venv/bin/ministack'));
  await result('install');
  expect((await written('log')).split('\n').slice(all.length)).toEqual(['mvn local/maven/pom.xml', 'pip']);
});

test('a list of installations that cannot be read counts as empty', async () => {
  await result('install');
  writeFileSync(at('.cartograph/installed.json'), '{');
  const [code, output] = await result('install');
  expect(code).toBe(0);
  expect(output.match(/^Installed /gm)).toHaveLength(5);
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)(
  '%s during an installation ends the installer too, and a partial installation does not count',
  async (signal, code) => {
    put('bin/npm', `#!/bin/sh\n${INSTALLERS.npm}\nsleep 600 & echo $! > sleeper; wait\n`);
    await result('clean');
    const { child, ended } = npmScript('install');
    const sleeper = Number(await written('sleeper'));
    child.kill(signal);
    expect(await ended).toEqual([code, null]);
    await expect.poll(() => startTimeOf(sleeper), { timeout: 60_000 }).toBeUndefined();
    expect(existsSync(at('.cartograph/installing'))).toBe(false);
    put('bin/npm', `#!/bin/sh\n${INSTALLERS.npm}\n`);
    expect(await result('install')).toEqual([0, expect.stringContaining('Installed npm packages')]);
  },
);

test('a second installation is refused with the name of the lock, and an abandoned lock is taken over', async () => {
  const lock = at('.cartograph/installing');
  const holder = { pid: process.pid, startTime: startTimeOf(process.pid) };
  put('.cartograph/installing', JSON.stringify(holder));
  const [code, output] = await result('install');
  expect(code).toBe(1);
  expect(output).toContain('✗ Cannot install: another installation is running');
  expect(output).toContain(`process ${process.pid} holds ${lock}`);
  for (const left of [JSON.stringify({ ...holder, startTime: 'earlier' }), 'garbage']) {
    writeFileSync(lock, left);
    utimesSync(lock, new Date(0), new Date(0));
    rmSync(at('node_modules'), { recursive: true, force: true });
    expect((await result('install'))[0]).toBe(0);
  }
  expect(existsSync(lock)).toBe(false);
});

test('clean removes installations, but refuses while a pipeline or an installation is running', async () => {
  await result('install');
  const holder = JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) });
  for (const lock of ['running', 'installing']) {
    put(`.cartograph/${lock}`, holder);
    const [code, output] = await result('clean');
    expect(code).toBe(1);
    expect(output).toMatch(/^✗ Cannot clean: /);
    expect(existsSync(at('.cartograph/installed.json'))).toBe(true);
    rmSync(at(`.cartograph/${lock}`));
  }
  expect(await result('clean')).toEqual([0, 'Removed .cartograph and spark/target\n']);
  expect(existsSync(at('.cartograph'))).toBe(false);
});

test('signals and the exit code are passed on, also Ctrl-C if no terminal sends it to both processes', async () => {
  await result('install');
  put(
    'local/main.ts',
    `trap 'echo interrupted >> log; exit 130' INT; echo > ready; while :; do sleep 0.05; done`,
  );
  const { child, ended } = npmScript('start');
  while (!existsSync(at('ready'))) await sleep(10);
  child.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  expect(await written('log')).toMatch(/interrupted$/);
  put('local/main.ts', 'kill -KILL $$');
  expect((await result('start'))[0]).toBe(137);
  put('local/main.ts', 'echo "$@"; exit 3');
  expect(await result('start', '--count', '5')).toEqual([3, 'start --count 5\n']);
});

test('a command that works in an account requires only the programs that it uses', () => {
  const emptyMachine = machine({});
  expect(findMissing(emptyMachine, needsOf('cdk', ['deploy'])?.programs)).toHaveLength(3);
  expect(needsOf('cdk', ['deploy'])?.installs).toEqual(['npm packages', 'the Spark job (Maven)']);
  for (const name of ['charts', 'flush', 'forget', 'lists', 'produce', 'retry', 'rollback', 'smoke'])
    for (const args of [['--stack', 'Shop'], ['--stack=Shop']])
      expect(needsOf(name, args)).toEqual({ programs: ['Node'], installs: ['npm packages'] });
  expect(needsOf('flush', [])).toBeUndefined();
  expect(needsOf('start', ['--stack', 'Shop'])).toBeUndefined();
  expect(needsOf('cost', [])).toBeDefined();
});

test('the CDK CLI starts the app with a command that builds the jar, and does not replace the npm packages that the CLI is one of', () => {
  const { app } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  const [, name] = /^node local\/bootstrap\.mjs (\w+)$/.exec(app) ?? [];
  expect(name).toBe('app');
  expect(needsOf('app', [])).toEqual({ programs: ['Java', 'Maven'], installs: ['the Spark job (Maven)'] });
});

test('in an image that contains everything, a command requires Node only and installs nothing', () => {
  for (const name of ['start', 'produce', 'emulate'])
    expect(needsOf(name, [], true)).toEqual({ programs: ['Node'], installs: [] });
});

test('install with the name of a command installs what that command needs', async () => {
  await result('install', 'emulate');
  expect((await written('log')).split('\n')).toEqual(['npm', 'pip']);
  await result('install', 'cdk');
  expect((await written('log')).split('\n').slice(2)).toEqual(['mvn spark/pom.xml']);
});
