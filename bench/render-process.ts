import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderRun } from '../lambdas/render/render.ts';
import { createLog } from '../lambdas/shared/platform/log.ts';
import { directoryLake } from '../local/lake/directory-lake.ts';

/** Renders a run of a directory once, in a process of its own, and writes the measured time and memory to `measured.json` there. */
const firstLineMs = performance.now();
const [directory = '', run] = process.argv.slice(2);
await renderRun(
  { lake: directoryLake(directory), log: createLog('render', {}, () => undefined) },
  Number(run),
);
const { user, system } = process.cpuUsage();
const measured = {
  firstLineMs,
  cpuSeconds: (user + system) / 1e6,
  // Kilobytes: https://nodejs.org/api/process.html#processresourceusage
  peakMb: process.resourceUsage().maxRSS / 1024,
};
writeFileSync(join(directory, 'measured.json'), JSON.stringify(measured));
