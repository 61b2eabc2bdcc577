import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { renderRun } from '../lambdas/render/render.ts';
import { chartsOf } from '../lambdas/shared/keys.ts';
import { createLog } from '../lambdas/shared/log.ts';
import { command } from './command.ts';
import { directoryLake } from './directory-lake.ts';
import { fileJobCommand } from './file-job.ts';
import { writeFileLake } from './file-lake.ts';
import { DEFAULT_COUNT, DEFAULT_SEED } from './options.ts';
import { ROOT } from './paths.ts';
import { defaultSales } from './simulate.ts';

/**
 * `npm run gallery`: draws the charts of the default simulated shop, trained in one window, into `docs/gallery/` or the
 * given directory. On one core, so that every machine draws the same bytes.
 */
await command(async ([target = join(ROOT, 'docs', 'gallery')]) => {
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-gallery-'));
  try {
    const lake = join(directory, 'lake');
    const records = defaultSales({ seed: DEFAULT_SEED, count: DEFAULT_COUNT });
    writeFileLake(lake, [[...records]]);
    await promisify(execFile)('java', fileJobCommand({ lake, directory, cores: 1 }), { maxBuffer: 1e8 });
    await renderRun({ lake: directoryLake(lake), log: createLog('render', {}, () => undefined) }, 1);
    const charts = join(lake, chartsOf(1));
    const output = resolve(target);
    mkdirSync(output, { recursive: true });
    const pictures = readdirSync(charts).filter((name) => name.endsWith('.svg'));
    for (const name of pictures) cpSync(join(charts, name), join(output, name));
    console.log(`Drew ${pictures.join(', ')} into ${output}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
