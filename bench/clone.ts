import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../local/process/paths.ts';
import type { Benchmark } from './benchmark.ts';
import { timed } from './processes.ts';

export const clone: Benchmark = {
  title: 'a fresh clone, npm start -- --once, caches empty',
  async run(say) {
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-clone-'));
    const checkout = join(directory, 'cartograph');
    try {
      await timed('git', ['clone', '--quiet', ROOT, checkout]);
      const { PATH = '', ...environment } = process.env;
      const { seconds, output } = await timed('npm', ['start', '--', '--once'], {
        cwd: checkout,
        env: {
          ...environment,
          // As a new user's shell has it, without the Node that this project brings.
          PATH: PATH.split(':')
            .filter((folder) => !folder.startsWith(ROOT))
            .join(':'),
          npm_config_cache: join(directory, 'npm'),
          MAVEN_OPTS: `${process.env.MAVEN_OPTS ?? ''} -Dmaven.repo.local=${join(directory, 'maven')}`,
          PIP_NO_CACHE_DIR: '1',
        },
      });
      for (const [line] of output.matchAll(/^Installed .*/gm)) say(line);
      return [
        {
          what: 'fresh clone, `npm start -- --once`, empty caches',
          reach: 'report; ≤ 5 minutes where packages come quickly',
          measured: `${seconds.toFixed(0)} s`,
        },
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
