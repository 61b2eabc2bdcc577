import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';

/** Base images of `local/Dockerfile`, and those that both files use. */
export const BASE_IMAGES = [
  'node:24-bookworm-slim',
  'apache/kafka:4.1.0',
  'apache/spark:4.0.1-scala2.13-java17-python3-ubuntu',
] as const;
export const LOCALSTACK_IMAGES = ['localstack/localstack:4.14.0', 'public.ecr.aws/lambda/nodejs:24'] as const;

const PULL_SECONDS = 600;

/**
 * Looks for an engine and images. An image that is not on this machine is pulled.
 *
 * Environment variables: CONTAINERS may be `skip`, or `required` where their absence is a failure. CONTAINERS_SETUP names a
 * file that appears when a program that sets up the engine has ended; until then this waits. CONTAINERS_UNTIL: see
 * `millisecondsLeft`.
 *
 * @returns The reason why containers of these images cannot run; undefined if they can.
 * @throws {Error} If they are required and cannot run.
 */
export async function whyNoContainers(images: readonly string[]): Promise<string | undefined> {
  const reason = await findReason(images);
  if (reason !== undefined && process.env.CONTAINERS === 'required')
    throw new Error(`Cannot run the containers that CONTAINERS=required asks for: ${reason}`);
  return reason;
}

async function findReason(images: readonly string[]): Promise<string | undefined> {
  if (process.env.CONTAINERS === 'skip') return 'CONTAINERS is skip';
  if (!(await isSetUp())) return 'the engine was not set up in time';
  if (!(await succeeds('info'))) return 'no Docker engine answers';
  if (!(await succeeds('compose', 'version'))) return 'the Docker client has no Compose plugin';
  const missing: string[] = [];
  for (const image of images)
    if (!(await succeeds('image', 'inspect', image)) && !(await succeeds('pull', '--quiet', image)))
      missing.push(image);
  return missing.length > 0 ? `neither here nor to be pulled: ${missing.join(', ')}` : undefined;
}

/** If less time than this is left, the engine is not waited for: it is not enough to build the images and to see a run. */
const LEAST_MS = 240_000;

/** Waits for the program that sets up the engine, as long as there is enough time left. */
async function isSetUp(): Promise<boolean> {
  const { CONTAINERS_SETUP: file } = process.env;
  while (file !== undefined && !existsSync(file)) {
    if (remaining() < LEAST_MS) return false;
    await sleep(1000);
  }
  return true;
}

/** Runs a command of Docker. @returns True if it succeeded. */
const succeeds = async (...args: string[]): Promise<boolean> => {
  try {
    await execute('docker', args, { timeout: Math.max(1, Math.min(PULL_SECONDS * 1000, remaining())) });
    return true;
  } catch {
    return false;
  }
};
const execute = promisify(execFile);

/**
 * Returns the milliseconds that are left for the container tests. CONTAINERS_UNTIL, in epoch seconds, bounds them where a
 * machine has a limited time for all tests; without it there are as many as a test has.
 *
 * @throws {Error} If none are left.
 */
export function millisecondsLeft(): number {
  const left = remaining();
  if (left <= 0) throw new Error(USED_UP);
  return left;
}

const USED_UP = 'the budget of the tests with containers is used up';

const remaining = (): number =>
  Number(process.env.CONTAINERS_UNTIL ?? Number.POSITIVE_INFINITY) * 1000 - Date.now();

/** Runs the steps of a test. If the budget is used up before they end, the test counts as skipped and says so. */
export async function skipOverBudget(context: TestContext, steps: () => Promise<void>): Promise<void> {
  try {
    await steps();
  } catch (error) {
    // An error after the end of the budget is a consequence of it.
    if (remaining() > 0) throw error;
    console.log(`Skipped: ${context.task.name}: ${USED_UP}`);
    context.skip(USED_UP);
  }
}
