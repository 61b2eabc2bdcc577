import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestKey } from '../../lambdas/shared/contract/keys.ts';
import { Metrics } from '../../lambdas/shared/contract/quality.ts';
import { Manifest } from '../../lambdas/shared/contract/schemas.ts';
import { parseJson } from '../../lambdas/shared/platform/lake.ts';
import { writeFileLake } from '../lake/file-lake.ts';
import type { OutgoingRecord } from '../shop/simulate.ts';
import { runFileJob } from '../spark/file-job.ts';
import { PROTOCOLS, type ProtocolName } from './protocols.ts';

/** The job's metrics, and the seconds that each step took. */
export interface Measured {
  readonly metrics: Metrics;
  readonly seconds: Manifest['seconds'];
}

/**
 * Trains on sales with the real Spark job, which measures the model by a protocol.
 *
 * @param polls The sales, poll by poll.
 * @throws {Error} If the job fails, or does not hold out the sales that the protocol asks for.
 */
export async function measureProject(
  name: ProtocolName,
  polls: readonly (readonly OutgoingRecord[])[],
): Promise<Measured> {
  const { title, model, isHeldOut } = PROTOCOLS[name];
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-quality-'));
  try {
    const lake = join(directory, 'lake');
    writeFileLake(lake, polls, model);
    await runFileJob({ lake, directory });
    const read = (key: string): string => readFileSync(join(lake, key), 'utf8');
    const manifest = parseJson(read(manifestKey(1)), manifestKey(1), Manifest);
    const key = manifest.files.find((file) => file.name === 'metrics.json')?.key ?? '';
    const metrics = parseJson(read(key), key, Metrics);
    if (!isHeldOut(metrics.holdout))
      throw new Error(
        `Cannot measure by protocol ${name}: the job held out ${JSON.stringify(metrics.holdout)}, should be: ${title}`,
      );
    return { metrics, seconds: manifest.seconds };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
