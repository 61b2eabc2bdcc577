/**
 * Every npm script starts here. This file checks the prerequisites, installs what is missing, and then runs
 * `local/main.ts COMMAND` with the version of Node that this project pins; `install COMMAND` stops before that last step, and
 * `install` installs everything. It is plain JavaScript without dependencies, because it runs before any are installed, and
 * on older versions of Node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { acquireLock, LOCKS } from './process/process-lock.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STATE = join(ROOT, '.cartograph');
const NODE_BIN = join(ROOT, 'node_modules', '.bin');

/** Returns the first version number in a text: 'openjdk version "17.0.15"' → [17, 0]; undefined if there is none. */
export function parseVersion(text) {
  const match = /(\d+)(?:\.(\d+))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2] ?? 0)] : undefined;
}

/** Programs that the machine must have. `accepts` gets the version as [major, minor]. */
export const PREREQUISITES = [
  {
    name: 'Node',
    command: [process.execPath, '--version'],
    accepts: ([major]) => major >= 20,
    needed: '20 or newer',
    get: 'https://nodejs.org, or from your package manager (Debian: apt-get install nodejs npm)',
  },
  {
    name: 'Java',
    command: ['java', '-version'],
    accepts: ([major]) => major === 17 || major === 21,
    needed: '17 or 21',
    get: 'https://adoptium.net, or from your package manager (Debian: apt-get install openjdk-17-jdk-headless)',
  },
  {
    name: 'Maven',
    command: ['mvn', '--version'],
    accepts: ([major, minor]) => major > 3 || (major === 3 && minor >= 8),
    needed: '3.8 or newer',
    get: 'https://maven.apache.org/download.cgi, or from your package manager (Debian: apt-get install maven)',
  },
  {
    name: 'Python',
    command: ['python3', '--version'],
    accepts: ([major, minor]) => major === 3 && minor >= 10,
    needed: '3.10 or newer',
    get: 'https://www.python.org/downloads, or from your package manager (Debian: apt-get install python3 python3-venv)',
  },
];

/** Commands that need less than the whole pipeline. `installs` names some of `INSTALLATIONS`. */
const NEEDS = {
  emulate: { programs: ['Node', 'Python'], installs: ['npm packages', 'the AWS emulator (pip)'] },
  cost: { programs: ['Node'], installs: ['npm packages'] },
  cdk: { programs: ['Node', 'Java', 'Maven'], installs: ['npm packages', 'the Spark job (Maven)'] },
  deploy: { programs: ['Node', 'Java', 'Maven'], installs: ['npm packages', 'the Spark job (Maven)'] },
  // The CDK CLI starts the app with this command (cdk.json). The npm packages are there, because the CLI is one of them, and
  // must not be replaced while it runs.
  app: { programs: ['Java', 'Maven'], installs: ['the Spark job (Maven)'] },
};
/** Commands that work on a stack in an account if they get `--stack`: they then need no broker, emulator or Spark here. */
const WORKS_ON_STACK = [
  'catalogue',
  'charts',
  'flush',
  'forget',
  'lists',
  'produce',
  'rejected',
  'restore',
  'retry',
  'rollback',
  'smoke',
];

/**
 * Looks up the prerequisites and the installations of a command.
 *
 * The images of `local/Dockerfile` set CARTOGRAPH_INSTALLED: each contains what its command needs, and the other parts run in
 * other containers.
 *
 * @returns Names of programs and of installations; undefined if the command needs all of them.
 */
export function needsOf(name, args, isInstalled = process.env.CARTOGRAPH_INSTALLED === 'yes') {
  if (isInstalled) return { programs: ['Node'], installs: [] };
  const isOnStack = args.some((word) => word === '--stack' || word.startsWith('--stack='));
  return NEEDS[WORKS_ON_STACK.includes(name) && isOnStack ? 'cost' : name];
}

/**
 * Finds prerequisites that are missing or too old.
 *
 * @param versionOf (command) → the text that the command prints, or undefined if it does not exist or fails.
 * @param programs Names of the programs to check; if undefined, all.
 * @returns One sentence for each problem; empty if there is none.
 */
export function findMissing(versionOf, programs) {
  const problems = [];
  for (const { name, command, accepts, needed, get } of PREREQUISITES) {
    if (programs && !programs.includes(name)) continue;
    // A JVM first prints the options in JAVA_TOOL_OPTIONS, which may contain numbers too.
    const printed = versionOf(command)?.replaceAll(/^Picked up .*\n?/gm, '');
    const version = printed === undefined ? undefined : parseVersion(printed);
    if (version && accepts(version)) continue;
    const found = printed === undefined ? 'it was not found' : `found ${printed.trim().split('\n')[0]}`;
    problems.push(`${name} ${needed} is required, but ${found}. Get it from ${get}`);
  }
  return problems;
}

function printedVersion([command, ...args]) {
  const { error, status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return error || status !== 0 ? undefined : stripVTControlCharacters(`${stdout}${stderr}`);
}

/** Returns a hash of the files, and of all files below the directories. */
function hashOf(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else hash.update(path.slice(ROOT.length)).update(readFileSync(path));
  };
  for (const path of paths) add(join(ROOT, path));
  return hash.digest('hex');
}

/** Each installation runs if its inputs have changed or its result is missing. `installed.json` stores its name. */
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
    run: () =>
      execute('mvn', [
        '--batch-mode',
        '-f',
        'spark/pom.xml',
        '-Dmaven.test.skip=true',
        '-DskipTests',
        'package',
      ]),
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
    inputs: [
      'spark/pom.xml',
      'spark/src/main',
      'spark/local-jvm.options',
      'local/commands/archive-classes.ts',
    ],
    result: '.cartograph/spark.jsa',
    run: () => execute(join(NODE_BIN, 'node'), ['local/main.ts', 'archive-classes']),
  },
];

/**
 * Runs an installer and reports its progress. The installer's own output is shown only if it fails.
 *
 * @throws {Error} If the installer fails; the message contains the end of its output.
 */
async function execute(command, args) {
  // Installers start other programs. In its own process group, all of them can be ended when this process exits.
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const onExit = () => endGroup(child.pid);
  process.once('exit', onExit);
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
    const files = downloads > 0 ? `, ${downloads} files downloaded` : '';
    console.log(`  … ${Math.round((Date.now() - startedMs) / 1000)} s${files}`);
  }, PROGRESS_EVERY_MS);
  try {
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    if (code !== 0)
      throw new Error(`${command} ended with exit code ${code}:\n${lines.slice(-SHOWN_LINES).join('\n')}`);
  } finally {
    clearInterval(timer);
    process.off('exit', onExit);
  }
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // The installer has already ended, or could not be started.
  }
}

const PROGRESS_EVERY_MS = 10_000;
const SHOWN_LINES = 40;

const STAMPS = join(STATE, 'installed.json');

/** Returns the hash of the inputs by the name of each installation; empty if the file cannot be read. */
function readStamps() {
  try {
    const stamps = JSON.parse(readFileSync(STAMPS, 'utf8'));
    return typeof stamps === 'object' && stamps !== null ? stamps : {};
  } catch {
    return {};
  }
}

const writeStamps = (stamps) => writeFileSync(STAMPS, JSON.stringify(stamps, null, 2));

const isInstalled = ({ name, inputs, result }, stamps = readStamps()) =>
  stamps[name] === hashOf(inputs) && existsSync(join(ROOT, result));

async function installMissing(installations) {
  const stamps = readStamps();
  for (const installation of installations) {
    if (isInstalled(installation, stamps)) continue;
    const { name, inputs, run } = installation;
    const stamp = hashOf(inputs);
    const startedMs = Date.now();
    console.log(`Installing ${name} …`);
    // An interrupted installation may have left some files. It must not count as installed.
    delete stamps[name];
    writeStamps(stamps);
    try {
      await run();
    } catch (error) {
      fail(`Cannot install ${name}: ${error.message}`);
    }
    console.log(`Installed ${name} in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
    stamps[name] = stamp;
    writeStamps(stamps);
  }
}

/**
 * Installs what is missing. Only one process may do so at a time; a second one fails at once and says why.
 *
 * @param names Names of the installations that are needed; if undefined, all.
 */
async function install(names) {
  const installations = INSTALLATIONS.filter(({ name }) => names === undefined || names.includes(name));
  // If nothing is missing, no lock is taken, so that several commands can start at the same time.
  if (installations.every((installation) => isInstalled(installation))) return;
  mkdirSync(STATE, { recursive: true });
  const release = lock(LOCKS.installing, (holder) => `${INSTALLING} (${holder} holds ${LOCKS.installing})`);
  // A signal would end this process without its exit handlers, which release the lock and end the installer.
  const exitOnSignal = (signal) => process.exit(SIGNALLED + constants.signals[signal]);
  for (const signal of SIGNALS) process.on(signal, exitOnSignal);
  await installMissing(installations);
  for (const signal of SIGNALS) process.off(signal, exitOnSignal);
  release();
}

const INSTALLING = 'Cannot install: another installation is running; try again when it has finished';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Shells report a program that was ended by a signal as this plus the signal's number. */
const SIGNALLED = 128;

function lock(path, explain) {
  try {
    return acquireLock(path, explain);
  } catch (error) {
    return fail(error.message);
  }
}

function fail(message) {
  console.error(`✗ ${message}`);
  process.exit(1);
}

/** Removes everything that installations and runs have written, unless one of them is still running. */
function clean() {
  mkdirSync(STATE, { recursive: true });
  lock(
    LOCKS.running,
    (holder) => `Cannot clean: a pipeline is running (${holder} holds ${LOCKS.running}); stop it first`,
  );
  lock(
    LOCKS.installing,
    (holder) => `Cannot clean: an installation is running (${holder} holds ${LOCKS.installing})`,
  );
  rmSync(STATE, { recursive: true, force: true });
  rmSync(join(ROOT, 'spark', 'target'), { recursive: true, force: true });
  console.log('Removed .cartograph and spark/target');
}

/** Runs a command in place of this process: passes signals on to it, and exits with its exit code. */
function runInPlace(command, args) {
  // A terminal sends Ctrl-C to both processes. The child stops the pipeline in order, and this process waits for it.
  const isSentToChild = (signal) => signal === 'SIGINT' && process.stdin.isTTY;
  // Before the start: a signal that arrives at once would otherwise end this process and leave the child running.
  for (const signal of SIGNALS) process.on(signal, () => isSentToChild(signal) || child.kill(signal));
  const path = `${NODE_BIN}${delimiter}${process.env.PATH}`;
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PATH: path, INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
  });
  child.on('exit', (code, signal) => process.exit(signal ? SIGNALLED + constants.signals[signal] : code));
}

const isEverythingInstalled = (names) =>
  INSTALLATIONS.filter(({ name }) => names.includes(name)).every((installation) => isInstalled(installation));

/** Runs the CDK app, which needs neither Java nor Maven once the jar of the Spark job is built. */
const runApp = (args) => runInPlace(join(NODE_BIN, 'node'), [join(ROOT, 'bin', 'app.ts'), ...args]);

async function main([name, ...args]) {
  if (name === 'clean') return clean();
  // `install COMMAND` installs what the command needs, and `install` everything.
  const needs = name === 'install' ? needsOf(args[0], args.slice(1)) : needsOf(name, args);
  // `cdk synth` prints the template on standard output.
  if (name === 'app') console.log = console.error;
  if (name === 'app' && isEverythingInstalled(needs.installs)) return runApp(args);
  const problems = findMissing(printedVersion, needs?.programs);
  if (problems.length > 0) {
    for (const problem of problems) console.error(`✗ ${problem}`);
    process.exit(1);
  }
  await install(needs?.installs);
  if (name === 'install') return;
  if (name === 'app') return runApp(args);
  const quiet = '--disable-warning=TimeoutNegativeWarning';
  // Benchmarks use everything else, so nothing below their folder imports them.
  const entry = name === 'bench' ? [join(ROOT, 'bench', 'main.ts')] : [join(ROOT, 'local', 'main.ts'), name];
  runInPlace(join(NODE_BIN, 'node'), [quiet, ...entry, ...args]);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(process.argv.slice(2));
