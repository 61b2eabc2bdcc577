import { Config } from '../../lib/config.ts';
import type { PipelineOptions } from '../pipeline/pipeline.ts';
import type { Settings } from '../quality/serve.ts';
import { replay } from '../shop/replay.ts';
import { type OutgoingRecord, simulationFrom } from '../shop/simulate.ts';
import type { ConfigInput } from '../stack/deploy.ts';
import type { StartOptions } from './start-options.ts';

/** Translates the options of `npm start` for the parts: the CDK app, external brokers and emulators, the sales. */

export function configOf(options: StartOptions): ConfigInput {
  return {
    threshold: {
      threshold: options.threshold,
      ...(options.growth === undefined ? {} : { growth: options.growth }),
      ...(options.maxWait === undefined ? {} : { maxWaitSeconds: options.maxWait }),
    },
    model: {
      ...(options.rank === undefined ? {} : { rank: options.rank }),
      ...(options.typeWeights === undefined ? {} : { typeWeights: options.typeWeights }),
    },
    sweepMinutes: 1,
  };
}

/** Returns what the stages are configured with if the stack is deployed with {@link configOf}, defaults included. */
export function settingsOf(options: StartOptions): Settings {
  const { fieldMap, threshold, model } = Config.parse(configOf(options));
  return { fieldMap, threshold, model, partitions: options.partitions };
}

/** Names the external broker and emulator. @returns undefined if both are started here */
export function elsewhereOf({
  bootstrap,
  endpoint,
}: Pick<StartOptions, 'bootstrap' | 'endpoint'>): PipelineOptions['elsewhere'] {
  return bootstrap === undefined || endpoint === undefined ? undefined : { bootstrap, endpoint };
}

/** @param before Number of records that are already on the topic: the simulation continues after them. */
export function recordsToSend(
  { input, map = {}, count, seed }: StartOptions,
  before: number,
): Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord> {
  if (input !== undefined) return replay(input, map);
  return simulationFrom({ seed, count, before });
}
