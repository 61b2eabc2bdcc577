import { spawnSync } from 'node:child_process';
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
 * The environment variable CONTAINERS may be `skip`, or `required` where their absence is a failure, as in CI.
 *
 * @returns The reason why containers of these images cannot run; undefined if they can.
 * @throws {Error} If they are required and cannot run.
 */
export function whyNoContainers(images: readonly string[]): string | undefined {
  const reason = findReason(images);
  if (reason !== undefined && process.env.CONTAINERS === 'required')
    throw new Error(`Cannot run the containers that CONTAINERS=required asks for: ${reason}`);
  return reason;
}

function findReason(images: readonly string[]): string | undefined {
  if (process.env.CONTAINERS === 'skip') return 'CONTAINERS is skip';
  if (!succeeds(['info'])) return 'no Docker engine answers';
  if (!succeeds(['compose', 'version'])) return 'the Docker client has no Compose plugin';
  const missing = images.filter(
    (image) => !succeeds(['image', 'inspect', image]) && !succeeds(['pull', '--quiet', image]),
  );
  return missing.length > 0 ? `neither here nor to be pulled: ${missing.join(', ')}` : undefined;
}

const succeeds = (args: readonly string[]): boolean =>
  spawnSync('docker', args, { stdio: 'ignore', timeout: PULL_SECONDS * 1000 }).status === 0;

/** The budget of all container tests together is used up: those that are left are skipped. */
export class OverBudget extends Error {
  override readonly name = 'OverBudget';
}

/**
 * Returns the milliseconds that are left for the container tests. CONTAINERS_UNTIL, in epoch seconds, bounds them where a
 * machine has a limited time for all tests; without it there are as many as a test has.
 *
 * @throws {OverBudget} If none are left.
 */
export function millisecondsLeft(): number {
  const until = Number(process.env.CONTAINERS_UNTIL ?? Number.POSITIVE_INFINITY) * 1000;
  const left = until - Date.now();
  if (left <= 0) throw new OverBudget('the budget of the container tests is used up');
  return left;
}

/** Runs the steps of a test. If the budget is used up before they end, the test counts as skipped and says so. */
export async function skipOverBudget(context: TestContext, steps: () => Promise<void>): Promise<void> {
  try {
    await steps();
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    console.log(`Skipped: ${context.task.name}: ${error.message}`);
    context.skip(error.message);
  }
}
