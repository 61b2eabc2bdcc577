import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePort, listenBriefly, startChild } from '../process/child.ts';
import { NODE_BIN, VENV } from '../process/paths.ts';

/** Where the AWS API is, and with which names a client gets in. */
export interface Emulator {
  readonly endpoint: string;
  /** Resolves with a sentence when it has ended, for whatever reason; absent if it runs elsewhere. */
  readonly ended?: Promise<string>;
  /** What it says of itself, unless it runs elsewhere; before `offset`, in bytes, an earlier one speaks. */
  readonly log?: { readonly path: string; readonly offset: number };
  stop(): Promise<void>;
}

const START_SECONDS = 60;
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

/** The environment of every AWS client of the local pipeline: the SDK's own names, and keys that open nothing. */
export const awsEnvironment = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_EC2_METADATA_DISABLED: 'true',
});

/** Configuration of an SDK client. */
export const awsClient = (endpoint: string) => ({
  endpoint,
  region: REGION,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  forcePathStyle: true,
});

/**
 * Starts MiniStack, an emulator of the AWS API.
 *
 * @param directory Its state; what an earlier one left there is used again.
 * @param jobsEndpoint Where `StartJobRun` goes: Lambdas run as children of the emulator and get it by the SDK's own variable.
 */
export async function startEmulator(
  directory: string,
  jobsEndpoint: string,
  signal?: AbortSignal,
): Promise<Emulator> {
  const port = await portOf(directory);
  const endpoint = `http://127.0.0.1:${port}`;
  const logPath = join(directory, 'emulator.log');
  const log = { path: logPath, offset: statSync(logPath, { throwIfNoEntry: false })?.size ?? 0 };
  const child = startChild({
    what: 'the AWS emulator',
    ...emulatorProgram({ directory, host: '127.0.0.1', port, jobsEndpoint }),
    logPath,
    pidPath: join(directory, 'emulator.pid'),
  });
  const isHealthy = async () => {
    const answer = await fetch(`${endpoint}/_ministack/health`);
    if (!answer.ok) throw new Error(`health is ${answer.status}`);
  };
  try {
    await child.until((giveUp) => eventually(isHealthy, giveUp), START_SECONDS, signal);
    return { endpoint, ended: child.ended, log, stop: () => child.stop() };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** The emulator as a program: its command and the whole of its environment. Makes its directories. */
export function emulatorProgram({
  directory,
  host,
  port,
  jobsEndpoint,
}: {
  readonly directory: string;
  /** The address that it listens on. */
  readonly host: string;
  readonly port: number;
  readonly jobsEndpoint: string;
}) {
  for (const part of ['s3', 'state', 'tmp']) mkdirSync(join(directory, part), { recursive: true });
  // Lambdas are unpacked below tmp: without it this project's own package.json would tell what their modules are.
  writeFileSync(join(directory, 'tmp', 'package.json'), '{}');
  return {
    command: join(VENV, 'bin', 'python'),
    args: ['-m', 'ministack'],
    env: {
      PATH: `${NODE_BIN}:${process.env.PATH}`,
      HOME: directory,
      // Lambdas run on the same machine as the emulator, wherever its other clients are.
      ...awsEnvironment(`http://127.0.0.1:${port}`),
      AWS_ENDPOINT_URL_EMR_SERVERLESS: jobsEndpoint,
      BIND_HOST: host,
      GATEWAY_PORT: String(port),
      S3_PERSIST: '1',
      S3_DATA_DIR: join(directory, 's3'),
      PERSIST_STATE: '1',
      STATE_DIR: join(directory, 'state'),
      TMPDIR: join(directory, 'tmp'),
    },
  };
}

/**
 * The same port as last time: URLs of queues, which hold it, are part of the emulator's state.
 *
 * @throws {Error} If something else listens there now.
 */
async function portOf(directory: string): Promise<number> {
  const path = join(directory, 'port');
  if (existsSync(path)) return checkedPort(Number(readFileSync(path, 'utf8')));
  const port = await freePort();
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, String(port));
  return port;
}

async function checkedPort(port: number): Promise<number> {
  try {
    return await listenBriefly(port, '127.0.0.1');
  } catch (cause) {
    throw new Error(
      `Cannot start the AWS emulator: port ${port}, which the kept state needs, is taken by another program; end that, or start without --keep`,
      { cause },
    );
  }
}
