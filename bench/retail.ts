import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ROOT } from '../local/process/paths.ts';
import { RETAIL_MAP } from '../local/quality/retail.ts';
import type { Benchmark } from './benchmark.ts';
import { momentOf, startOnce, untilFirstSale } from './start.ts';

/** UCI Online Retail: https://doi.org/10.24432/C5BW33, CC BY 4.0, D. Chen; not part of this repository. */
export const RETAIL_FILE = resolve(ROOT, '../shared/data/online_retail.csv.gz');
export const retail: Benchmark = {
  title: 'UCI Online Retail in one window, from file to charts',
  async run(report) {
    if (!existsSync(RETAIL_FILE)) {
      report(`skipped: ${RETAIL_FILE} does not exist`);
      return [];
    }
    const { output, peakBytes } = await startOnce(
      '--input',
      RETAIL_FILE,
      '--map',
      RETAIL_MAP,
      '--threshold',
      '1000000',
    );
    report(/^Sales .*/m.exec(output)?.[0] ?? '');
    report(/^ +job: [^\n]*\n[^\n]*/m.exec(output)?.[0].trim() ?? '');
    const seconds = momentOf(output, /window 1 is rendered/) - untilFirstSale(output);
    return [
      {
        subject: 'Online Retail, one window: from file to charts, after start-up',
        target: '≤ 120 s',
        measured: `${seconds.toFixed(1)} s`,
      },
      {
        subject: '… peak memory of all processes together',
        target: '≤ 6 GiB',
        measured: `${(peakBytes / 2 ** 30).toFixed(2)} GiB`,
      },
    ];
  },
};
