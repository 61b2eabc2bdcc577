import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { CURRENT_KEY, chartsOf, INDEX_KEY } from '../../lambdas/shared/contract/keys.ts';
import { Current } from '../../lambdas/shared/contract/schemas.ts';
import { readJson, s3Lake } from '../../lambdas/shared/platform/lake.ts';
import type { PagesSource } from './pages.ts';

export type ChartsSource = PagesSource;

export interface ServedCharts {
  readonly run: number;
  /** The run's page first, then its other objects in key order, then the index if there is one. */
  readonly keys: readonly string[];
}

/** How long a presigned address works; shorter if the signer's own session ends before. */
export const URL_SECONDS = 3600;

/**
 * Finds the pages and pictures of the served run.
 *
 * @throws {Error} If no run is served, or it is not drawn yet.
 */
export async function findCharts({ client, bucket }: ChartsSource): Promise<ServedCharts> {
  const lake = s3Lake(bucket, client);
  const run = (await readJson(lake, CURRENT_KEY, Current))?.run;
  if (!run) throw new Error('Cannot show charts: no run is served yet');
  const page = `${chartsOf(run)}index.html`;
  const keys: string[] = [];
  for await (const { key } of lake.list(chartsOf(run))) keys.push(key);
  if (!keys.includes(page)) throw new Error(`Cannot show charts: run ${run} is not drawn yet`);
  const index = (await lake.read(INDEX_KEY)) ? [INDEX_KEY] : [];
  return { run, keys: [page, ...keys.filter((key) => key !== page), ...index] };
}

/**
 * Copies the served run's pages and pictures, so that they open from disk; their links to each other are relative.
 *
 * @param directory Made if it is not there; what it holds of an earlier run stays.
 * @returns where the run's page is
 * @throws {Error} If no run is served, it is not drawn yet, or a key leads out of the directory.
 */
export async function copyCharts(source: ChartsSource, directory: string): Promise<string> {
  const { keys } = await findCharts(source);
  const paths: string[] = [];
  for (const key of keys) {
    const path = pathIn(directory, key);
    const { Body } = await source.client.send(new GetObjectCommand({ Bucket: source.bucket, Key: key }));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, (await Body?.transformToByteArray()) ?? new Uint8Array());
    paths.push(path);
  }
  const [page] = paths;
  if (page === undefined) throw new Error('Cannot show charts: there are none');
  return page;
}

/**
 * Addresses of the served run's page and pictures that work without signing in, for {@link URL_SECONDS}. The page holds
 * its pictures; its links to other objects do not work through it.
 *
 * @returns the page first
 */
export async function presignCharts({ client, bucket }: ChartsSource): Promise<readonly string[]> {
  const { keys } = await findCharts({ client, bucket });
  return Promise.all(
    keys
      .filter((key) => key !== INDEX_KEY)
      .map((key) =>
        getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: URL_SECONDS }),
      ),
  );
}

function pathIn(directory: string, key: string): string {
  const path = resolve(join(directory, key));
  if (relative(resolve(directory), path).split(sep)[0] === '..')
    throw new Error(`Cannot copy ${key}: it leads out of ${directory}`);
  return path;
}
