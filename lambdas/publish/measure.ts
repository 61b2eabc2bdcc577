import { CURRENT_KEY, manifestKey } from '../shared/contract/keys.ts';
import { sum } from '../shared/contract/numbers.ts';
import { Current, Manifest } from '../shared/contract/schemas.ts';
import { type Lake, readJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';

/** Writes metrics of the quality and age of the served run; none if no run is served. */
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
  if (!current?.run) return;
  const manifest = await readJson(lake, manifestKey(current.run), Manifest);
  if (!manifest) return;
  const { asOfMs, inputs, quality, seconds } = manifest;
  log.measure({
    RunAgeSeconds: Math.max(0, (nowMs() - asOfMs) / 1000),
    Conflicts: inputs.conflicts,
    SalesAfterNow: inputs.afterNow?.added ?? 0,
    RunSeconds: sum(Object.values(seconds)),
    ...(quality.any && {
      QualityModel: quality.any.model.value,
      QualityPopularity: quality.any.popularity.value,
    }),
  });
}
