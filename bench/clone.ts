import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../local/process/paths.ts';
import type { Benchmark } from './benchmark.ts';
import { timed } from './processes.ts';

export const clone: Benchmark = {
  title: 'npm start -- --once in a fresh clone, with empty caches',
  async run(report) {
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-clone-'));
    const checkout = join(directory, 'cartograph');
    try {
      await timed('git', ['clone', '--quiet', ROOT, checkout]);
      const { PATH = '', ...environment } = process.env;
      const { seconds, output } = await timed('npm', ['start', '--', '--once'], {
        cwd: checkout,
        env: {
          ...environment,
          // The PATH of a new user, without the Node that this project installs.
          PATH: PATH.split(':')
            .filter((folder) => !folder.startsWith(ROOT))
            .join(':'),
          npm_config_cache: join(directory, 'npm'),
          MAVEN_OPTS: `${process.env.MAVEN_OPTS ?? ''} -Dmaven.repo.local=${join(directory, 'maven')}`,
          PIP_NO_CACHE_DIR: '1',
        },
      });
      for (const [line] of output.matchAll(/^Installed .*/gm)) report(line);
      return [
        {
          subject: 'fresh clone, `npm start -- --once`, empty caches',
          target: 'none; ≤ 5 minutes with fast package downloads',
          measured: `${seconds.toFixed(0)} s`,
        },
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
