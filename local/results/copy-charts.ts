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

/** Lifetime of a presigned address. It ends earlier if the signer's session does. */
export const URL_SECONDS = 3600;

/**
 * Lists the pages and pictures of the served run.
 *
 * @throws {Error} If no run is served, or its charts are not drawn yet.
 */
export async function listCharts({ client, bucket }: ChartsSource): Promise<ServedCharts> {
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
 * Copies the served run's pages and pictures, which open from disk because their links are relative.
 *
 * @param directory Created if it does not exist. Files of an earlier run stay.
 * @returns The path of the run's page.
 * @throws {Error} If no run is served, its charts are not drawn yet, or a key points outside the directory.
 */
export async function copyCharts(source: ChartsSource, directory: string): Promise<string> {
  const { keys } = await listCharts(source);
  const paths: string[] = [];
  for (const key of keys) {
    const path = pathIn(directory, key);
    const { Body } = await source.client.send(new GetObjectCommand({ Bucket: source.bucket, Key: key }));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, (await Body?.transformToByteArray()) ?? new Uint8Array());
    paths.push(path);
  }
  const [page] = paths;
  if (page === undefined) throw new Error('Cannot show charts: the run has none');
  return page;
}

/**
 * Signs addresses of the served run's page and pictures, which open without a sign-in for {@link URL_SECONDS}. The page
 * contains its pictures. Its links to other objects do not work, because they are not signed.
 *
 * @returns The page's address first, then those of the pictures in key order.
 * @throws {Error} If no run is served, or its charts are not drawn yet.
 */
export async function presignCharts({ client, bucket }: ChartsSource): Promise<readonly string[]> {
  const { keys } = await listCharts({ client, bucket });
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
    throw new Error(`Cannot copy ${key}: it points outside ${directory}`);
  return path;
}
