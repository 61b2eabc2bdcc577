/**
 * What every npm script begins with: checks the prerequisites, installs what is missing, and then runs
 * `local/COMMAND.ts` with the Node that this project pins; `install` ends before that. Plain JavaScript without dependencies, for it runs before
 * there are any, also on an old Node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STATE = join(ROOT, '.cartograph');
const NODE_BIN = join(ROOT, 'node_modules', '.bin');

/** The first number.number in a text: "openjdk version "17.0.15"" → [17, 0]. */
export function parseVersion(text) {
  const match = /(\d+)(?:\.(\d+))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2] ?? 0)] : undefined;
}

/** What must be on the machine. `accepts` takes [major, minor]. */
export const PREREQUISITES = [
  {
    name: 'Node',
    command: [process.execPath, '--version'],
    accepts: ([major]) => major >= 20,
    needed: '20 or newer',
    get: 'https://nodejs.org, or your package manager (Debian: apt-get install nodejs npm)',
  },
  {
    name: 'Java',
    command: ['java', '-version'],
    accepts: ([major]) => major === 17 || major === 21,
    needed: '17 or 21',
    get: 'https://adoptium.net, or your package manager (Debian: apt-get install openjdk-17-jdk-headless)',
  },
  {
    name: 'Maven',
    command: ['mvn', '--version'],
    accepts: ([major, minor]) => major > 3 || (major === 3 && minor >= 8),
    needed: '3.8 or newer',
    get: 'https://maven.apache.org/download.cgi, or your package manager (Debian: apt-get install maven)',
  },
  {
    name: 'Python',
    command: ['python3', '--version'],
    accepts: ([major, minor]) => major === 3 && minor >= 10,
    needed: '3.10 or newer',
    get: 'https://www.python.org/downloads, or your package manager (Debian: apt-get install python3 python3-venv)',
  },
];

/** Commands that need less than the whole pipeline; `installs` are names of installations below. */
const NEEDS = {
  cost: { programs: ['Node'], installs: ['npm packages'] },
  cdk: { programs: ['Node', 'Java', 'Maven'], installs: ['npm packages', 'the Spark job (Maven)'] },
};
/** What works on a stack needs no broker, emulator or Spark on this machine. */
const JOINS_STACK = ['charts', 'flush', 'lists', 'produce', 'retry'];

/**
 * What a command needs.
 *
 * @returns undefined: everything
 */
export function needsOf(name, args) {
  const isOnStack = args.some((word) => word === '--stack' || word.startsWith('--stack='));
  return NEEDS[JOINS_STACK.includes(name) && isOnStack ? 'cost' : name];
}

/**
 * Finds prerequisites that are missing or too old.
 *
 * @param versionOf (command) → what it prints of its version, or undefined if there is no such command
 * @param programs Names of those that are looked for; undefined: all
 * @returns one sentence for each
 */
export function findMissing(versionOf, programs) {
  const problems = [];
  for (const { name, command, accepts, needed, get } of PREREQUISITES) {
    if (programs && !programs.includes(name)) continue;
    // A JVM says first which options it got from JAVA_TOOL_OPTIONS; those have numbers too.
    const printed = versionOf(command)?.replaceAll(/^Picked up .*\n?/gm, '');
    const version = printed === undefined ? undefined : parseVersion(printed);
    if (version && accepts(version)) continue;
    const found = printed === undefined ? 'not found' : `found ${printed.trim().split('\n')[0]}`;
    problems.push(`${name} ${needed} is needed, ${found}. Get it: ${get}`);
  }
  return problems;
}

function printedVersion([command, ...args]) {
  const { error, status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return error || status !== 0 ? undefined : stripVTControlCharacters(`${stdout}${stderr}`);
}

/** A hash of files, and of all files below directories. */
function hashOf(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else hash.update(path.slice(ROOT.length)).update(readFileSync(path));
  };
  for (const path of paths) add(join(ROOT, path));
  return hash.digest('hex');
}

/** What is installed, each when its inputs have changed or its result is gone. */
const INSTALLATIONS = [
  {
    name: 'npm packages',
    inputs: ['package-lock.json'],
    result: 'node_modules/.bin/node',
    run: () => execute('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']),
  },
  {
    name: 'the Spark job (Maven)',
    inputs: ['spark/pom.xml', 'spark/src/main'],
    result: 'spark/target/cartograph-train.jar',
    run: () => execute('mvn', ['--batch-mode', '-f', 'spark/pom.xml', '-Dmaven.test.skip=true', 'package']),
  },
  {
    name: 'the Kafka broker (Maven)',
    inputs: ['local/maven/pom.xml'],
    result: '.cartograph/kafka',
    run: () => {
      rmSync(join(STATE, 'kafka'), { recursive: true, force: true });
      return execute('mvn', [
        '--batch-mode',
        '-f',
        'local/maven/pom.xml',
        'package',
        `-DoutputDirectory=${join(STATE, 'kafka')}`,
      ]);
    },
  },
  {
    name: 'the AWS emulator (pip)',
    inputs: ['local/requirements.txt'],
    result: '.cartograph/venv/bin/ministack',
    run: async () => {
      rmSync(join(STATE, 'venv'), { recursive: true, force: true });
      await execute('python3', ['-m', 'venv', join(STATE, 'venv')]);
      await execute(join(STATE, 'venv', 'bin', 'pip'), [
        'install',
        '--disable-pip-version-check',
        '--require-hashes',
        '-r',
        'local/requirements.txt',
      ]);
    },
  },
  {
    name: "an archive of Spark's classes, for faster starts",
    inputs: ['spark/pom.xml', 'spark/src/main', 'spark/local-jvm.options', 'local/archive-classes.ts'],
    result: '.cartograph/spark.jsa',
    run: () => execute(join(NODE_BIN, 'node'), ['local/archive-classes.ts']),
  },
];

/**
 * Runs an installer. While it works a line tells how far it is; what it prints is shown only if it fails.
 *
 * @throws {Error} If it fails; the message holds the end of what it printed.
 */
async function execute(command, args) {
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = [];
  let downloads = 0;
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      const text = stripVTControlCharacters(line);
      if (/\bDownloaded from\b|^ *Downloading \S+/.test(text)) downloads += 1;
      else if (text.trim() !== '') lines.push(text);
    });
  const startedMs = Date.now();
  const timer = setInterval(() => {
    const files = downloads > 0 ? `, ${downloads} files` : '';
    console.log(`  … ${Math.round((Date.now() - startedMs) / 1000)} s${files}`);
  }, TELL_EVERY_MS);
  try {
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    if (code !== 0)
      throw new Error(`${command} ended with ${code}:\n${lines.slice(-SHOWN_LINES).join('\n')}`);
  } finally {
    clearInterval(timer);
  }
}

const TELL_EVERY_MS = 10_000;
const SHOWN_LINES = 40;

async function installMissing(installs) {
  mkdirSync(STATE, { recursive: true });
  const stampsPath = join(STATE, 'installed.json');
  const stamps = existsSync(stampsPath) ? JSON.parse(readFileSync(stampsPath, 'utf8')) : {};
  for (const { name, inputs, result, run } of INSTALLATIONS) {
    if (installs && !installs.includes(name)) continue;
    const stamp = hashOf(inputs);
    if (stamps[name] === stamp && existsSync(join(ROOT, result))) continue;
    const startedMs = Date.now();
    console.log(`Installing ${name} …`);
    try {
      await run();
    } catch (error) {
      console.error(`✗ Cannot install ${name}: ${error.message}`);
      process.exit(1);
    }
    console.log(`Installed ${name} in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
    stamps[name] = stamp;
    writeFileSync(stampsPath, JSON.stringify(stamps, null, 2));
  }
}

/** Two installations at once would be in each other's way; the second waits for nobody and says so. */
async function withLock(body) {
  mkdirSync(STATE, { recursive: true });
  const lock = join(STATE, 'installing');
  const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : undefined;
  if (holder !== undefined && isRunning(holder)) {
    console.error(`✗ Another installation is under way (process ${holder}); try again when it has ended`);
    process.exit(1);
  }
  writeFileSync(lock, String(process.pid));
  try {
    await body();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Replaces this process, as far as Node can: signals go through, and so does the exit code. */
function become(command, args) {
  const path = `${NODE_BIN}${delimiter}${process.env.PATH}`;
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PATH: path, INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
  });
  // The terminal sends Ctrl-C to both; the child ends the pipeline in order, and this process waits for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => signal === 'SIGINT' || child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
}

async function main([name, ...args]) {
  if (name === 'clean') {
    rmSync(STATE, { recursive: true, force: true });
    rmSync(join(ROOT, 'spark', 'target'), { recursive: true, force: true });
    console.log('Removed .cartograph and spark/target');
    return;
  }
  const needs = needsOf(name, args);
  const problems = findMissing(printedVersion, needs?.programs);
  if (problems.length > 0) {
    for (const problem of problems) console.error(`✗ ${problem}`);
    process.exit(1);
  }
  await withLock(() => installMissing(needs?.installs));
  if (name === 'install') return;
  const quiet = '--disable-warning=TimeoutNegativeWarning';
  become(join(NODE_BIN, 'node'), [quiet, join(ROOT, 'local', `${name}.ts`), ...args]);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(process.argv.slice(2));
