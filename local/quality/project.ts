import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { manifestKey } from '../../lambdas/shared/contract/keys.ts';
import { Metrics } from '../../lambdas/shared/contract/quality.ts';
import { Manifest } from '../../lambdas/shared/contract/schemas.ts';
import { parseJson } from '../../lambdas/shared/platform/lake.ts';
import { writeFileLake } from '../lake/file-lake.ts';
import type { OutgoingRecord } from '../shop/simulate.ts';
import { fileJobCommand } from '../spark/file-job.ts';
import { PROTOCOLS, type ProtocolName } from './protocols.ts';

/** What the job says of itself: its metrics, and how long each step took. */
export interface Measured {
  readonly metrics: Metrics;
  readonly seconds: Manifest['seconds'];
}

/**
 * Trains on the sales by the real Spark job, and measures by a protocol.
 *
 * @throws {Error} If the job fails, or holds out something else than the protocol asks for.
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
    await promisify(execFile)('java', fileJobCommand({ lake, directory }), { maxBuffer: 1e8 });
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
