import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CancelJobRunCommand,
  EMRServerlessClient,
  GetJobRunCommand,
  StartJobRunCommand,
} from '@aws-sdk/client-emr-serverless';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Cluster } from '../../../local/spark/cluster.ts';
import { type JobServer, startJobServer } from '../../../local/spark/jobs.ts';
import { awsClient } from '../../../local/stack/emulator.ts';

/**
 * The server is called by the real SDK, and runs a shell script instead of Java: for each job that it reads it includes another script,
 * whose output goes to the job's log.
 */
let directory: string;
let aws: Server;
let events: string[];
/** Answers the request for the jar. */
let answerJar: (response: ServerResponse) => void;
let server: JobServer;

const jarIsThere = (response: ServerResponse): void => void response.end('jar');
const jarIsMissing = (response: ServerResponse): void =>
  void response.writeHead(404).end('<Error><Code>NoSuchKey</Code><Message>no jar</Message></Error>');

/** Starts a server instead of the AWS API: it has one jar, and an event bus that remembers states. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cartograph-jobs-'));
  events = [];
  answerJar = jarIsThere;
  aws = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      if (request.method === 'GET') return answerJar(response);
      events.push(JSON.parse(JSON.parse(body).Entries[0].Detail).state);
      response.end('{"FailedEntryCount":0,"Entries":[]}');
    });
  });
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await server.stop();
  aws.closeAllConnections();
  aws.close();
  rmSync(directory, { recursive: true, force: true });
});

const file = (name: string): string => join(directory, name);
const urlOf = (listening: Server): string => `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;

interface Setup {
  readonly emitsEvents?: boolean;
  /** Program that runs instead of the script. */
  readonly command?: string;
  readonly cluster?: Cluster;
  /** If false, the server does not get the address of the AWS API. */
  readonly isConnected?: boolean;
}

async function start(script: string, setup: Setup = {}): Promise<EMRServerlessClient> {
  const { emitsEvents = true, command = file('java'), isConnected = true, cluster } = setup;
  writeFileSync(file('job'), script);
  // A spark-submit reads no jobs: it is the job.
  const submitted = `#!/bin/sh\necho $$ >> ${file('jvms')}\n. ${file('job')}\n`;
  writeFileSync(
    file('java'),
    cluster
      ? submitted
      : `#!/bin/sh
     echo $$ >> ${file('jvms')}
     echo 'OpenJDK 64-Bit Server VM warning: a line that is no answer'
     while read -r job; do
       echo "$job" > ${file('request')}
       log=$(echo "$job" | sed 's/.*"log":"\\([^"]*\\)".*/\\1/')
       { . ${file('job')}; } >> "$log"
       echo done
     done\n`,
    { mode: 0o755 },
  );
  server = await startJobServer({
    directory,
    cores: 2,
    command,
    emitsEvents,
    ...(cluster && { spark: { cluster } }),
  });
  if (isConnected) server.connect(urlOf(aws));
  return new EMRServerlessClient({ ...awsClient(server.endpoint), maxAttempts: 1 });
}

const request = (clientToken: string, name = 'window-1-attempt-1') => ({
  applicationId: 'local',
  clientToken,
  name,
  executionRoleArn: 'arn:aws:iam::000000000000:role/job',
  jobDriver: {
    sparkSubmit: {
      entryPoint: 's3://assets/job.jar',
      entryPointArguments: ['--lake', 's3://lake', '--window', '1'],
      sparkSubmitParameters:
        '--class cartograph.TrainJob --conf spark.driver.memory=12g --conf spark.x="a b"' +
        ' --conf spark.emr-serverless.driverEnv.JDK_JAVA_OPTIONS=-XX:TieredStopAtLevel=1',
    },
  },
});

async function started(client: EMRServerlessClient, token = 't1'): Promise<string> {
  const { jobRunId } = await client.send(new StartJobRunCommand(request(token)));
  if (jobRunId === undefined) throw new Error('the answer has no job run id');
  return jobRunId;
}

const cancel = (client: EMRServerlessClient, jobRunId: string) =>
  client.send(new CancelJobRunCommand({ applicationId: 'local', jobRunId }));

async function runOf(client: EMRServerlessClient, jobRunId: string) {
  const { jobRun } = await client.send(new GetJobRunCommand({ applicationId: 'local', jobRunId }));
  if (!jobRun) throw new Error('the answer has no job run');
  return jobRun;
}

/** Waits until the run has one of the states. */
async function reached(client: EMRServerlessClient, jobRunId: string, ...states: readonly string[]) {
  for (;;) {
    const run = await runOf(client, jobRunId);
    if (states.includes(run.state ?? '')) return run;
    await sleep(20);
  }
}
const ended = (client: EMRServerlessClient, jobRunId: string) =>
  reached(client, jobRunId, 'SUCCESS', 'FAILED', 'CANCELLED');

/** Waits until a script has written to a file. @returns The text of the file. */
async function written(name: string): Promise<string> {
  while (!existsSync(file(name)) || readFileSync(file(name), 'utf8') === '') await sleep(20);
  return readFileSync(file(name), 'utf8').trim();
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a job that has ended reports what its program used, under a release that marks it as local', async () => {
  const client = await start('sleep 1');
  const jobRunId = await started(client);
  const running = await reached(client, jobRunId, 'RUNNING');
  expect(running.billedResourceUtilization).toBeUndefined();
  const { releaseLabel, billedResourceUtilization } = await ended(client, jobRunId);
  expect(releaseLabel).toBe('local');
  expect(billedResourceUtilization).toEqual({
    vCPUHour: expect.any(Number),
    memoryGBHour: expect.any(Number),
    storageGBHour: 0,
  });
  // A shell that sleeps has some memory and uses hardly any CPU time.
  expect(billedResourceUtilization?.memoryGBHour).toBeGreaterThan(0);
  expect(billedResourceUtilization?.vCPUHour).toBeLessThan(0.001);
});

test('a job without a program used nothing', async () => {
  const client = await start('true', { isConnected: false });
  const run = await ended(client, await started(client));
  expect(run).toMatchObject({
    state: 'FAILED',
    billedResourceUtilization: { vCPUHour: 0, memoryGBHour: 0, storageGBHour: 0 },
  });
});

test('a job runs with its arguments, succeeds, and sends events to the bus', async () => {
  const client = await start(`printf '%s\\n' "$@" > ${file('words')}`);
  const jobRunId = await started(client);
  expect(await ended(client, jobRunId)).toMatchObject({
    applicationId: 'local',
    jobRunId,
    state: 'SUCCESS',
    name: 'window-1-attempt-1',
    arn: `arn:aws:emr-serverless:us-east-1:000000000000:/applications/local/jobruns/${jobRunId}`,
  });
  await expect.poll(() => events).toEqual(['RUNNING', 'SUCCESS']);
  const words = (await written('words')).split('\n');
  const sent = JSON.parse(await written('request'));
  expect(sent).toMatchObject({
    main: 'cartograph.TrainJob',
    arguments: ['--lake', 's3://lake', '--window', '1'],
    settings: { 'spark.x': 'a b', 'spark.master': 'local[2]' },
    log: file('logs/window-1-attempt-1.log'),
  });
  // The memory is that of the JVM, and so is the compiler, for it stays.
  expect(sent.settings).not.toHaveProperty(['spark.driver.memory']);
  expect(words).not.toContain('-XX:TieredStopAtLevel=1');
  // Temporary files of a killed job stay in its own directory.
  expect(words).toContain(`-Djava.io.tmpdir=${file('tmp')}`);
  expect(existsSync(file('tmp'))).toBe(true);
  const [option, classPath = '', mainClass] = words.slice(-3);
  expect([option, mainClass]).toEqual(['-cp', 'cartograph.JobLoop']);
  expect(readFileSync(classPath.split(':').at(-1) ?? '', 'utf8')).toBe('jar');
});

test('a run is SUBMITTED while its jar is downloaded, then RUNNING, then SUCCESS', async () => {
  let arrive = (): void => undefined;
  answerJar = (response) => {
    arrive = () => jarIsThere(response);
  };
  const client = await start(`while [ ! -e ${file('go')} ]; do sleep 0.02; done`);
  const jobRunId = await started(client);
  expect((await runOf(client, jobRunId)).state).toBe('SUBMITTED');
  while ((await runOf(client, jobRunId)).state === 'SUBMITTED') arrive();
  expect((await runOf(client, jobRunId)).state).toBe('RUNNING');
  writeFileSync(file('go'), '');
  expect((await ended(client, jobRunId)).state).toBe('SUCCESS');
});

test('repeats with the same client token are one run; another request with that token is a conflict', async () => {
  const client = await start(`echo started >> ${file('starts')}`);
  const runs = await Promise.all(Array.from({ length: 5 }, () => started(client)));
  expect(new Set(runs).size).toBe(1);
  await expect(client.send(new StartJobRunCommand(request('t1', 'other')))).rejects.toMatchObject({
    name: 'ConflictException',
    $metadata: { httpStatusCode: 409 },
  });
  await ended(client, runs[0] ?? '');
  expect(await started(client)).toBe(runs[0]);
  expect(await written('starts')).toBe('started');
  expect(await started(client, 't2')).not.toBe(runs[0]);
});

test('the next job runs in the JVM of the last one', async () => {
  const client = await start('echo "a job"');
  await ended(client, await started(client));
  expect((await ended(client, await started(client, 't2'))).state).toBe('SUCCESS');
  expect((await written('jvms')).split('\n')).toHaveLength(1);
  expect(await written('logs/window-1-attempt-1.log')).toBe('a job\na job');
});

test('on a cluster, each job is a spark-submit of its own', async () => {
  const client = await start(`printf '%s\\n' "$@" > ${file('words')}`, {
    cluster: { master: 'spark://m:7077', jars: directory, awsEndpoint: 'http://aws:4566' },
  });
  for (const token of ['t1', 't2'])
    expect((await ended(client, await started(client, token))).state).toBe('SUCCESS');
  const words = (await written('words')).split('\n');
  expect(words).toContain('org.apache.spark.deploy.SparkSubmit');
  expect(words).toContain('spark.master=spark://m:7077');
  expect(words).toContain('-XX:TieredStopAtLevel=1');
  expect((await written('jvms')).split('\n')).toHaveLength(2);
});

test('a job that ends with an error is FAILED, with the last lines of its log', async () => {
  const client = await start('echo "out of memory"; exit 3');
  const run = await ended(client, await started(client));
  expect(run.state).toBe('FAILED');
  expect(run.stateDetails).toMatch(/exit code 3[\s\S]*out of memory/);
  await expect.poll(() => events).toEqual(['RUNNING', 'FAILED']);
});

test('the error that a failed job logged is in its details, however much is logged afterwards', async () => {
  const error = { level: 'error', stage: 'train', message: 'Cannot train: no file s3://lake/x' };
  const client = await start(
    [
      `echo '${JSON.stringify({ ...error, message: 'an earlier error' })}'`,
      `echo '${JSON.stringify(error)}'`,
      `echo '${JSON.stringify({ ...error, level: 'info', message: 'stopped' })}'`,
      'echo "{ not a record"',
      'for line in 1 2 3 4 5 6 7 8 9; do echo "$line"; echo "$line"; echo "$line"; done',
      'exit 1',
    ].join('\n'),
  );
  const run = await ended(client, await started(client));
  expect(run.stateDetails).toMatch(/^exit code 1: Cannot train: no file s3:\/\/lake\/x; /);
});

test('a job that cannot start is FAILED: without a jar, without Java, without the address of the AWS API', async () => {
  answerJar = jarIsMissing;
  let client = await start('true');
  expect(await ended(client, await started(client))).toMatchObject({
    state: 'FAILED',
    stateDetails: 'no jar',
  });
  await server.stop();

  answerJar = jarIsThere;
  client = await start('true', { command: file('no-java') });
  expect(await ended(client, await started(client))).toMatchObject({
    state: 'FAILED',
    stateDetails: expect.stringContaining(`spawn ${file('no-java')} ENOENT`),
  });
  await server.stop();

  client = await start('true', { isConnected: false });
  expect(await ended(client, await started(client))).toMatchObject({
    state: 'FAILED',
    stateDetails: 'the AWS endpoint is not known yet',
  });
});

test('the process of a cancelled job is stopped', async () => {
  const client = await start(`echo $$ > ${file('pid')}; exec sleep 600`);
  const jobRunId = await started(client);
  const pid = Number(await written('pid'));
  await cancel(client, jobRunId);
  expect((await ended(client, jobRunId)).state).toBe('CANCELLED');
  expect(isRunning(pid)).toBe(false);
  await expect.poll(() => events).toEqual(['RUNNING', 'CANCELLING', 'CANCELLED']);
});

test('child processes of a job stop with it', async () => {
  const client = await start(
    `(trap 'echo yes > ${file('stopped')}; exit' TERM; echo yes > ${file('ready')}; while :; do sleep 0.02; done) &
     wait`,
  );
  const jobRunId = await started(client);
  await written('ready');
  await cancel(client, jobRunId);
  expect(await written('stopped')).toBe('yes');
});

test('a job that ignores the signal is killed after a few seconds', async () => {
  const client = await start(`trap '' TERM; echo $$ > ${file('pid')}; while :; do sleep 0.1; done`);
  const jobRunId = await started(client);
  const pid = Number(await written('pid'));
  await cancel(client, jobRunId);
  expect((await reached(client, jobRunId, 'CANCELLING')).state).toBe('CANCELLING');
  expect(isRunning(pid)).toBe(true);
  expect((await ended(client, jobRunId)).state).toBe('CANCELLED');
  expect(isRunning(pid)).toBe(false);
});

test('a job that is cancelled while its jar is downloaded never starts, and stays cancelled', async () => {
  for (const answer of [jarIsThere, jarIsMissing]) {
    let arrive: (() => void) | undefined;
    answerJar = (response) => {
      arrive = () => answer(response);
    };
    const client = await start(`echo started > ${file('started')}`);
    const jobRunId = await started(client);
    await expect.poll(() => arrive).toBeDefined();
    await cancel(client, jobRunId);
    arrive?.();
    await sleep(200);
    expect((await runOf(client, jobRunId)).state).toBe('CANCELLED');
    expect(existsSync(file('started'))).toBe(false);
    await server.stop();
  }
});

test('a job that has ended cannot be cancelled', async () => {
  const client = await start('true');
  const jobRunId = await started(client);
  await ended(client, jobRunId);
  await cancel(client, jobRunId);
  expect((await runOf(client, jobRunId)).state).toBe('SUCCESS');
});

test('when the server stops, its jobs stop, and those that still download their jar never start', async () => {
  const client = await start(`echo $$ >> ${file('pid')}; exec sleep 600`);
  await started(client);
  const pid = Number(await written('pid'));
  let arrive: (() => void) | undefined;
  answerJar = (response) => {
    arrive = () => jarIsThere(response);
  };
  await started(client, 't2');
  await expect.poll(() => arrive).toBeDefined();
  await server.stop();
  expect(isRunning(pid)).toBe(false);
  arrive?.();
  await sleep(200);
  expect(await written('pid')).toBe(String(pid));
});

test('with events switched off, no event reaches the bus, and the state still changes', async () => {
  const client = await start('exit 1', { emitsEvents: false });
  expect((await ended(client, await started(client))).state).toBe('FAILED');
  expect(events).toEqual([]);
});

test('jobs succeed even if the event bus does not answer', async () => {
  const client = await start('true');
  answerJar = (response) => {
    jarIsThere(response);
    aws.close();
  };
  expect((await ended(client, await started(client))).state).toBe('SUCCESS');
});

test('unknown job runs and invalid requests get the errors of the service', async () => {
  const client = await start('true');
  await expect(runOf(client, 'none')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    $metadata: { httpStatusCode: 404 },
  });
  await expect(cancel(client, 'none')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const jobRunId = await started(client);
  await expect(client.send(new GetJobRunCommand({ applicationId: 'other', jobRunId }))).rejects.toMatchObject(
    { name: 'ResourceNotFoundException' },
  );
  await expect(
    client.send(new StartJobRunCommand({ ...request('t2'), jobDriver: undefined })),
  ).rejects.toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
});

test('it listens on this machine only; a port that is in use is an error', async () => {
  await start('true');
  expect(new URL(server.endpoint).hostname).toBe('127.0.0.1');
  const port = Number(new URL(server.endpoint).port);
  await expect(startJobServer({ directory, cores: 1, port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
