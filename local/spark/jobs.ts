import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { LOCAL_RELEASE } from '../../lambdas/train/local-release.ts';
import { measureProgram, type ProgramUsage } from '../process/usage.ts';
import { ACCOUNT, awsClient, awsEnvironment, REGION } from '../stack/emulator.ts';
import { describeFailure } from './job-failure.ts';
import { KeptJvms, type RunningJob, runInOwnJvm } from './kept-jvms.ts';
import { jvmEnvironment, type Platform, type SparkSubmit, sparkCommand, sparkProgram } from './spark.ts';

/**
 * An HTTP server with the API of EMR Serverless. Job runs share a JVM on this machine one after another; on a cluster, each is a
 * spark-submit whose driver runs here.
 */
export interface JobServer {
  readonly endpoint: string;
  /** Sets the address of the emulator, which starts after this server. Jobs fail before it is set. */
  connect(awsEndpoint: string): void;
  stop(): Promise<void>;
}

export interface JobServerOptions {
  /** For jars, logs and Spark's temporary files. */
  readonly directory: string;
  /** Cores of a job. */
  readonly cores: number;
  /** If false, state changes do not reach the event bus, as in a test of lost events. */
  readonly emitsEvents?: boolean;
  /** Program that runs instead of Java, for tests of this server. */
  readonly command?: string;
  /** Port for callers on other machines: the server then listens on all interfaces. */
  readonly port?: number;
  /** Spark's class path, and the cluster that runs the tasks; see `Platform`. */
  readonly spark?: Pick<Platform, 'classPath' | 'cluster'>;
}

type State = 'SUBMITTED' | 'RUNNING' | 'SUCCESS' | 'FAILED' | 'CANCELLING' | 'CANCELLED';

interface Job {
  readonly id: string;
  readonly applicationId: string;
  readonly body: string;
  readonly name: string;
  state: State;
  details: string;
  running: RunningJob | undefined;
  /** Undefined until the program of the job has ended. */
  usage: ProgramUsage | undefined;
}

/** https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_StartJobRun.html, the parts that train uses. */
const StartRequest = z.object({
  clientToken: z.string().min(1),
  name: z.string().default(''),
  executionTimeoutMinutes: z.int().default(720),
  jobDriver: z.object({
    sparkSubmit: z.object({
      entryPoint: z.string(),
      entryPointArguments: z.array(z.string()).default([]),
      sparkSubmitParameters: z.string().default(''),
    }),
  }),
});

class ServiceError extends Error {
  readonly status: number;
  constructor(name: string, status: number, message: string) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

const isOver = ({ state }: Job): boolean =>
  state === 'SUCCESS' || state === 'FAILED' || state === 'CANCELLED';

/**
 * Starts the server.
 *
 * @throws {Error} With code EADDRINUSE if the port is taken.
 */
export async function startJobServer(options: JobServerOptions): Promise<JobServer> {
  const { directory, cores, emitsEvents = true, command = 'java', port, spark } = options;
  const logs = jobLogs(directory);
  mkdirSync(directory, { recursive: true });
  const jobs = new Map<string, Job>();
  const byToken = new Map<string, Job>();
  let awsEndpoint: string | undefined;
  const jvms = new KeptJvms({ directory: logs, command });

  async function changeState(job: Job, state: State, details = ''): Promise<void> {
    const previousState = job.state;
    job.state = state;
    job.details = details;
    if (emitsEvents && awsEndpoint) await putEvent(awsEndpoint, job, previousState);
  }

  function runProgram(job: Job, submit: SparkSubmit, endpoint: string): RunningJob {
    const env = { ...jvmEnvironment(), ...awsEnvironment(endpoint) };
    const platform = { ...spark, awsEndpoint: endpoint, cores, directory };
    const logPath = join(logs, `${job.name || job.id}.log`);
    if (!spark?.cluster) {
      return jvms.run(sparkProgram(submit, platform), logPath, env);
    }
    return runInOwnJvm({
      name: `job run ${job.id}`,
      command,
      args: sparkCommand(submit, platform),
      env,
      logPath,
      pidPath: join(logs, `${job.id}.pid`),
    });
  }

  async function run(job: Job, submit: SparkSubmit, timeoutMinutes: number): Promise<void> {
    try {
      if (!awsEndpoint) throw new Error('the AWS endpoint is not known yet');
      const jar = await download(awsEndpoint, submit.entryPoint, directory);
      if (job.state !== 'SUBMITTED') return;
      const running = runProgram(job, { ...submit, entryPoint: jar }, awsEndpoint);
      job.running = running;
      const meter = measureProgram(running.pid);
      const timer = setTimeout(() => void running.stop(), timeoutMinutes * 60_000);
      await changeState(job, 'RUNNING');
      const failure = await running.failed;
      clearTimeout(timer);
      job.usage = meter.stop();
      if (failure === undefined) await changeState(job, 'SUCCESS');
      else if (isCancelling(job)) await changeState(job, 'CANCELLED');
      else await changeState(job, 'FAILED', describeFailure(failure, running));
    } catch (error) {
      // A job that was cancelled during the download of its jar stays cancelled.
      if (!isOver(job))
        await changeState(job, 'FAILED', error instanceof Error ? error.message : String(error));
    }
  }

  function start(applicationId: string, body: string): Job {
    const request = StartRequest.safeParse(JSON.parse(body));
    if (!request.success)
      throw new ServiceError('ValidationException', 400, request.error.issues[0]?.message ?? 'invalid');
    const { clientToken, name, executionTimeoutMinutes, jobDriver } = request.data;
    const known = byToken.get(clientToken);
    if (known && known.body !== body)
      throw new ServiceError(
        'ConflictException',
        409,
        `client token ${clientToken} was used with another request`,
      );
    if (known) return known;
    const id = randomUUID().replaceAll('-', '').slice(0, 16);
    const job: Job = {
      id,
      applicationId,
      body,
      name,
      state: 'SUBMITTED',
      details: '',
      running: undefined,
      usage: undefined,
    };
    jobs.set(id, job);
    byToken.set(clientToken, job);
    void run(job, jobDriver.sparkSubmit, executionTimeoutMinutes);
    return job;
  }

  async function cancel(job: Job): Promise<void> {
    if (isOver(job)) return;
    await changeState(job, job.running ? 'CANCELLING' : 'CANCELLED');
    void job.running?.stop();
  }

  async function answer(request: IncomingMessage): Promise<unknown> {
    const [, applications, applicationId = '', jobruns, id] =
      (request.url ?? '').split('?', 1)[0]?.split('/') ?? [];
    if (applications !== 'applications' || jobruns !== 'jobruns')
      throw new ServiceError('ResourceNotFoundException', 404, `${request.url} is not part of this API`);
    if (request.method === 'POST') return describeJob(start(applicationId, await text(request)));
    const job = jobs.get(id ?? '');
    if (!job || job.applicationId !== applicationId)
      throw new ServiceError('ResourceNotFoundException', 404, `there is no job run ${id}`);
    if (request.method === 'DELETE') await cancel(job);
    return request.method === 'GET' ? { jobRun: describeJob(job) } : describeJob(job);
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (body) => send(response, 200, body),
      (error: unknown) => sendError(response, error),
    );
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port ?? 0, port === undefined ? '127.0.0.1' : '0.0.0.0', resolve),
  );
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('Cannot start the job server: it has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    connect: (endpoint) => {
      awsEndpoint = endpoint;
    },
    async stop() {
      awsEndpoint = undefined;
      // Jobs that still download their jar must not start after this.
      for (const job of jobs.values()) if (job.state === 'SUBMITTED') job.state = 'CANCELLED';
      await Promise.all([jvms.stop(), ...[...jobs.values()].map((job) => job.running?.stop())]);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The directory of the jobs' logs and process ids. */
export const jobLogs = (directory: string): string => join(directory, 'logs');

const isCancelling = (job: Job): boolean => job.state === 'CANCELLING';

const arnOf = ({ applicationId, id }: Job): string =>
  `arn:aws:emr-serverless:${REGION}:${ACCOUNT}:/applications/${applicationId}/jobruns/${id}`;

const describeJob = (job: Job) => ({
  applicationId: job.applicationId,
  jobRunId: job.id,
  arn: arnOf(job),
  name: job.name,
  state: job.state,
  stateDetails: job.details,
  releaseLabel: LOCAL_RELEASE,
  ...(isOver(job) && { billedResourceUtilization: measured(job) }),
});

/** The measured use of the program of a job; EMR bills what its workers reserve. Zero for a job without a program. */
const measured = ({ usage }: Job) => ({
  vCPUHour: (usage?.cpuSeconds ?? 0) / 3600,
  memoryGBHour: ((usage?.peakBytes ?? 0) / 2 ** 30) * ((usage?.wallSeconds ?? 0) / 3600),
  storageGBHour: 0,
});

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendError(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof ServiceError ? error : new ServiceError('InternalServerException', 500, String(error));
  response.setHeader('x-amzn-errortype', known.name);
  send(response, known.status, { message: known.message });
}

/** https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/using-eventbridge.html */
async function putEvent(endpoint: string, job: Job, previousState: State): Promise<void> {
  const client = new EventBridgeClient(awsClient(endpoint));
  const detail = {
    jobRunId: job.id,
    jobRunName: job.name,
    applicationId: job.applicationId,
    arn: arnOf(job),
    releaseLabel: LOCAL_RELEASE,
    state: job.state,
    previousState,
  };
  const entry = {
    Source: 'aws.emr-serverless',
    DetailType: 'EMR Serverless Job Run State Change',
    Detail: JSON.stringify(detail),
  };
  // EMR Serverless, too, sends events only at best effort. The manifest and the sweep work without them.
  await client.send(new PutEventsCommand({ Entries: [entry] })).catch(() => undefined);
}

/** Downloads `s3://bucket/key`. @returns The path of the file. */
async function download(endpoint: string, url: string, directory: string): Promise<string> {
  const { host, pathname } = new URL(url);
  const client = new S3Client(awsClient(endpoint));
  const { Body } = await client.send(new GetObjectCommand({ Bucket: host, Key: pathname.slice(1) }));
  if (!Body) throw new Error(`Cannot run the job: ${url} is empty`);
  const bytes = await Body.transformToByteArray();
  // A JVM that stays has the file open, so it is never changed.
  const path = join(directory, `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.jar`);
  if (existsSync(path)) return path;
  const part = `${path}.${randomUUID()}`;
  await writeFile(part, bytes);
  await rename(part, path);
  return path;
}
