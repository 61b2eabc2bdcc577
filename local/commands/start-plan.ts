import type { PipelineOptions } from '../pipeline/pipeline.ts';
import { replay } from '../shop/replay.ts';
import { type OutgoingRecord, simulationFrom } from '../shop/simulate.ts';
import type { ConfigInput } from '../stack/deploy.ts';
import type { StartOptions } from './start-options.ts';

/** What the options of `npm start` mean for the parts: the CDK app, brokers and emulators elsewhere, the sales. */

export function configOf(options: StartOptions): ConfigInput {
  return {
    threshold: {
      threshold: options.threshold,
      ...(options.growth === undefined ? {} : { growth: options.growth }),
      ...(options.maxWait === undefined ? {} : { maxWaitSeconds: options.maxWait }),
    },
    model: { ...(options.rank === undefined ? {} : { rank: options.rank }) },
    sweepMinutes: 1,
  };
}

/**
 * The jobs' port is fixed where others must reach it: the emulator was started with this address.
 *
 * @throws {Error} If the address is not in the environment.
 */
export function elsewhereOf(
  { bootstrap, endpoint }: Pick<StartOptions, 'bootstrap' | 'endpoint'>,
  jobsUrl = process.env.AWS_ENDPOINT_URL_EMR_SERVERLESS,
): PipelineOptions['elsewhere'] {
  if (bootstrap === undefined || endpoint === undefined) return undefined;
  if (jobsUrl === undefined)
    throw new Error(
      '--endpoint needs AWS_ENDPOINT_URL_EMR_SERVERLESS: the address of this machine that the Lambdas were given',
    );
  return { bootstrap, endpoint, jobsUrl };
}

/** @param before Records that are on the topic already: simulated ones go on from there. */
export function recordsOf(
  { input, map = {}, count, seed }: StartOptions,
  before: number,
): Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord> {
  if (input !== undefined) return replay(input, map);
  return simulationFrom({ seed, count, before });
}
