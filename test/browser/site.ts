import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { indexPage } from '../../lambdas/publish/index-page.ts';
import { renderDecided } from '../../lambdas/render/render.ts';
import { CURRENT_KEY, INDEX_KEY } from '../../lambdas/shared/contract/keys.ts';
import type { Current, Publication } from '../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../lambdas/shared/platform/lake.ts';
import type { ExplorerSettings } from '../../lambdas/shared/web/explorer-settings.ts';
import { startPages } from '../../local/results/pages.ts';
import { awsClient } from '../../local/stack/emulator.ts';
import { type MemoryLake, memoryLake } from '../lake.ts';
import { recordingLog } from '../lambdas/log.ts';
import { pagesPublication, storePagesRun } from '../lambdas/pages-samples.ts';
import type { ShopSize } from '../lambdas/sample-shop.ts';

/** A bucket in memory, served in the same way as `npm start` serves it. */
export interface Site {
  readonly lake: MemoryLake;
  /** Returns the URL of a key. */
  url(key: string): string;
  /** Stores a run as if it had been trained, decides and draws it. */
  publish(run: number, options?: { size?: ShopSize; decision?: Publication['decision'] }): Promise<void>;
  /** Serves an earlier run again. */
  rollBack(run: number): Promise<void>;
  /** While true, the bucket answers every request with an error. */
  isDown: boolean;
  stop(): Promise<void>;
}

export interface SiteOptions {
  /** Settings of the index page, if users have pseudonyms. */
  readonly explorer?: ExplorerSettings;
  readonly hasPseudonyms?: boolean;
  readonly apiUrl?: () => string;
}

export async function startSite({
  explorer,
  hasPseudonyms = false,
  apiUrl,
}: SiteOptions = {}): Promise<Site> {
  const lake = memoryLake();
  const s3 = createServer((request, response) => {
    const key = decodeURIComponent((request.url ?? '').split('?')[0] ?? '').replace('/lake/', '');
    const object = site.isDown ? undefined : lake.objects.get(key);
    if (object) answerWith(object.bytes, request, response.setHeader('etag', '"1"'));
    else if (site.isDown) response.writeHead(400).end('<Error><Code>Down</Code></Error>');
    else response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
  });
  await new Promise<void>((resolve) => s3.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(s3.address() as AddressInfo).port}`;
  const pages = await startPages(
    { client: new S3Client(awsClient(endpoint)), bucket: 'lake' },
    apiUrl ? { apiUrl } : {},
  );
  const decided: Publication[] = [];
  let current: Current | undefined;
  const move = async (key: string, text: string): Promise<void> => {
    await lake.replace(key, text, '', (await lake.read(key))?.etag);
  };
  const site: Site = {
    lake,
    isDown: false,
    url: (key) => new URL(`/${key}`, pages.url).href,
    async publish(run, { size, decision = 'promoted' } = {}) {
      await storePagesRun(lake, run, { decision, ...(size && { size }) });
      decided.unshift(pagesPublication(run, decision));
      const served = decision === 'promoted' ? run : (current?.run ?? null);
      current = { publication: run, run: served, previous: current?.run ?? null, decidedThrough: run };
      await move(CURRENT_KEY, toJson(current));
      await move(INDEX_KEY, indexPage(current, decided, { explorer }));
      await renderDecided({ lake, log: recordingLog(), hasPseudonyms }, run);
    },
    async rollBack(run) {
      if (!current) throw new Error('Cannot roll back: nothing is served');
      current = { ...current, run, previous: current.run };
      await move(CURRENT_KEY, toJson(current));
      await move(INDEX_KEY, indexPage(current, decided, { explorer }));
    },
    async stop() {
      await pages.stop();
      s3.closeAllConnections();
      s3.close();
    },
  };
  return site;
}

/** Sends the whole object or the requested range, as S3 does. */
export function answerWith(bytes: Buffer, { headers }: IncomingMessage, response: ServerResponse): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  if (first === undefined || last === undefined) response.end(bytes);
  else if (Number(first) >= bytes.length)
    response.writeHead(416).end('<Error><Code>InvalidRange</Code></Error>');
  else
    response
      .writeHead(206, {
        'content-range': `bytes ${first}-${Math.min(Number(last), bytes.length - 1)}/${bytes.length}`,
      })
      .end(bytes.subarray(Number(first), Number(last) + 1));
}
