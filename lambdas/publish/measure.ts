import { CURRENT_KEY, manifestKey } from '../shared/contract/keys.ts';
import { sum } from '../shared/contract/numbers.ts';
import { Current, Manifest } from '../shared/contract/schemas.ts';
import { type Lake, readJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import type { Measured } from '../shared/platform/metrics.ts';

/** Sales of unknown types below this number need no action: they are stray events. */
const MIN_UNKNOWN = 10;

/**
 * Writes metrics of the quality and age of the served run, and of the sales that the newest decided run read, which may have
 * been refused because of them; none before the first decision.
 */
export async function measureServed({
  lake,
  log,
  nowMs,
}: {
  readonly lake: Lake;
  readonly log: Log;
  readonly nowMs: () => number;
}): Promise<void> {
  const current = await readJson(lake, CURRENT_KEY, Current);
  if (!current) return;
  const manifest = current.run === null ? undefined : await readManifest(lake, current.run);
  const newest =
    current.decidedThrough === current.run ? manifest : await readManifest(lake, current.decidedThrough);
  log.measure({
    ...(manifest && servedMetrics(manifest, nowMs())),
    ...(newest && inputMetrics(newest)),
  });
}

/** @returns undefined if there is none, or if it cannot be read, which publish reports when it decides on the run. */
const readManifest = (lake: Lake, run: number): Promise<Manifest | undefined> =>
  readJson(lake, manifestKey(run), Manifest).catch((error: unknown) => {
    if (error instanceof TypeError) return undefined;
    throw error;
  });

const servedMetrics = ({ asOfMs, quality, seconds }: Manifest, nowMs: number): Measured => ({
  RunAgeSeconds: Math.max(0, (nowMs - asOfMs) / 1000),
  RunSeconds: sum(Object.values(seconds)),
  ...(quality.any && {
    QualityModel: quality.any.model.value,
    QualityPopularity: quality.any.popularity.value,
  }),
});

const inputMetrics = ({ inputs }: Manifest): Measured => ({
  Conflicts: inputs.conflicts,
  SalesAfterNow: inputs.afterNow?.added ?? 0,
  // Runs of version 0.2 and earlier did not count types.
  ...(inputs.types.length > 0 && { UnknownTypePercent: unknownPercent(inputs) }),
});

const unknownPercent = ({ interactions, unweighted, unknown }: Manifest['inputs']): number =>
  unknown.interactions < MIN_UNKNOWN ? 0 : (100 * unknown.interactions) / (interactions + unweighted);
