import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { differences, readRun } from '../../bench/answer-run.ts';
import { retailPolls } from '../../bench/job.ts';
import { RETAIL_FILE } from '../../bench/retail.ts';
import { writeFileLake } from '../../local/lake/file-lake.ts';
import { readRows, SHOPS } from '../../local/quality/retail.ts';
import type { OutgoingRecord } from '../../local/shop/simulate.ts';
import { runFileJob } from '../../local/spark/file-job.ts';

const directory = mkdtempSync(join(tmpdir(), 'cartograph-retail-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Users whose lists may differ from the published ones. */
const MOST_DIFFERENT = 1 / 1000;

describe.skipIf(!existsSync(RETAIL_FILE))(
  'an eighth of the users of Online Retail (skipped without shared/data/online_retail.csv.gz beside the repository)',
  () => {
    test('every user without newer sales is answered with the published lists', {
      timeout: 600_000,
    }, async () => {
      const lake = join(directory, 'lake');
      const rows = await readRows(recordsOf(await retailPolls()));
      const own = rows.filter((row) => SHOPS.eighth.has(row)).map(({ record }) => record);
      writeFileLake(lake, [own], { rank: 16 });
      await runFileJob({ lake, directory });
      const run = readRun(lake);
      expect(run.published.size).toBeGreaterThan(400);
      const users = new Set(differences(run).map(({ user }) => user));
      expect(users.size, `lists of ${[...users].slice(0, 10)} differ`).toBeLessThanOrEqual(
        MOST_DIFFERENT * run.published.size,
      );
    });
  },
);

async function* recordsOf(polls: readonly (readonly OutgoingRecord[])[]): AsyncGenerator<OutgoingRecord> {
  for (const poll of polls) yield* poll;
}
