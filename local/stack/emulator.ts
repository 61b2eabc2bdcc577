import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePort, listenBriefly, startChild } from '../process/child.ts';
import { NODE_BIN, VENV } from '../process/paths.ts';

/** A running emulator of the AWS API. */
export interface Emulator {
  readonly endpoint: string;
  /** Resolves with a sentence when the emulator has ended, for any reason; absent if it runs on another machine. */
  readonly ended?: Promise<string>;
  /** The emulator's log, absent if it runs on another machine. The first `offset` bytes are from an earlier start. */
  readonly log?: { readonly path: string; readonly offset: number };
  stop(): Promise<void>;
}

const START_SECONDS = 60;
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

/** The environment of every AWS client of the local pipeline: the SDK's own names, and keys that give no access. */
export const awsEnvironment = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_EC2_METADATA_DISABLED: 'true',
});

/** Returns the configuration of an SDK client that uses the emulator. */
export const awsClient = (endpoint: string) => ({
  endpoint,
  region: REGION,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  forcePathStyle: true,
});

/**
 * Starts MiniStack, an emulator of the AWS API, and waits until it is healthy.
 *
 * @param directory The emulator's state. State that an earlier start left there is used again.
 * @param jobsEndpoint URL that receives `StartJobRun`. Lambdas are child processes of the emulator, and get the URL in
 *   the SDK's own environment variable.
 * @throws {Error} If the emulator does not start, or its port is in use.
 */
export async function startEmulator(
  directory: string,
  jobsEndpoint: string,
  signal?: AbortSignal,
): Promise<Emulator> {
  const port = await choosePort(directory);
  const endpoint = `http://127.0.0.1:${port}`;
  const logPath = join(directory, 'emulator.log');
  const log = { path: logPath, offset: statSync(logPath, { throwIfNoEntry: false })?.size ?? 0 };
  const child = startChild({
    name: 'the AWS emulator',
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

/** Returns the emulator's command, arguments and complete environment. Creates the directories that it needs. */
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
  // Lambdas are unpacked below tmp. Without this file, Node would take their module type from this project's package.json.
  writeFileSync(join(directory, 'tmp', 'package.json'), '{}');
  return {
    command: join(VENV, 'bin', 'python'),
    args: ['-m', 'ministack'],
    env: {
      PATH: `${NODE_BIN}:${process.env.PATH}`,
      HOME: directory,
      // Lambdas always run on the emulator's machine, even if its other clients do not.
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
 * Returns the port of the previous start, or a free one. The port must not change, because the queues' URLs, which
 * contain it, are part of the emulator's state.
 *
 * @throws {Error} If another program uses the port now.
 */
async function choosePort(directory: string): Promise<number> {
  const path = join(directory, 'port');
  if (existsSync(path)) return requireFree(Number(readFileSync(path, 'utf8')));
  const port = await freePort();
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, String(port));
  return port;
}

async function requireFree(port: number): Promise<number> {
  try {
    return await listenBriefly(port, '127.0.0.1');
  } catch (cause) {
    throw new Error(
      `Cannot start the AWS emulator: port ${port}, which the kept state needs, is in use by another program; stop that program, or start without --keep`,
      { cause },
    );
  }
}
