import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderRun } from '../lambdas/render/render.ts';
import { createLog } from '../lambdas/shared/platform/log.ts';
import { directoryLake } from '../local/lake/directory-lake.ts';

/** Renders a run of a directory once, as a process of its own, and leaves there what it took. */
const firstLineMs = performance.now();
const [directory = '', run] = process.argv.slice(2);
await renderRun(
  { lake: directoryLake(directory), log: createLog('render', {}, () => undefined) },
  Number(run),
);
const { user, system } = process.cpuUsage();
const told = {
  firstLineMs,
  cpuSeconds: (user + system) / 1e6,
  // Kilobytes: https://nodejs.org/api/process.html#processresourceusage
  peakMb: process.resourceUsage().maxRSS / 1024,
};
writeFileSync(join(directory, 'told.json'), JSON.stringify(told));
