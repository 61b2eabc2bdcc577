import { Config } from '../../lib/config.ts';
import { replay } from '../input/replay.ts';
import type { PipelineOptions } from '../pipeline/pipeline.ts';
import type { Settings } from '../quality/serve.ts';
import { type OutgoingRecord, simulationFrom } from '../shop/simulate.ts';
import type { ConfigInput } from '../stack/deploy.ts';
import { inputOptionsOf } from './sales-options.ts';
import type { StartOptions } from './start-options.ts';

/** Translates the options of `npm start` for the parts: the CDK app, external brokers and emulators, the sales. */

export function configOf(options: StartOptions): ConfigInput {
  return {
    threshold: {
      threshold: options.threshold,
      ...(options.growth === undefined ? {} : { growth: options.growth }),
      ...(options.maxWait === undefined ? {} : { maxWaitSeconds: options.maxWait }),
      // Nothing is paid for on this machine, so that it need not wait for more events.
      gatherSeconds: 0,
    },
    model: {
      ...(options.rank === undefined ? {} : { rank: options.rank }),
      ...(options.typeWeights === undefined ? {} : { typeWeights: options.typeWeights }),
      ...(options.charges === undefined ? {} : { charges: options.charges }),
    },
    ...(options.monthlyUsd === undefined ? {} : { budget: { monthlyTrainingUsd: options.monthlyUsd } }),
    ...(options.keyed || options.refusePersonal ? { privacy: privacyOf(options) } : {}),
    sweepMinutes: 1,
  };
}

/** The settings for ids and for rejecting sales, as the options say; the others have their defaults. */
export const privacyOf = ({
  keyed,
  refusePersonal,
}: Partial<Pick<StartOptions, 'keyed' | 'refusePersonal'>>): NonNullable<ConfigInput['privacy']> => ({
  ...(keyed ? { userIds: 'keyed' as const } : {}),
  ...(refusePersonal ? { refusePersonal: true } : {}),
});

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
  options: StartOptions,
  before: number,
): Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord> {
  const { input, count, seed } = options;
  if (input !== undefined) return replay(input, inputOptionsOf(options));
  return simulationFrom({ seed, count, before });
}
