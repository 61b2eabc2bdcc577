import { S3Client } from '@aws-sdk/client-s3';
import { s3Lake } from '../../lambdas/shared/platform/lake.ts';
import type { Config } from '../../lib/config.ts';
import { awsClient } from '../stack/emulator.ts';
import { DOCS_PATH, showDocs } from './docs-page.ts';
import { createLocalStages, type LocalStagesOptions } from './local-stages.ts';
import { type ApiOptions, type LocalApi, startApi } from './server.ts';
import { showShop } from './shop-page.ts';

export interface LocalApiOptions
  extends Pick<
      LocalStagesOptions,
      'endpoint' | 'kafka' | 'topic' | 'bucket' | 'table' | 'persons' | 'personKey' | 'onFault'
    >,
    Required<Pick<ApiOptions, 'port' | 'host'>> {
  /** The configuration of the stack. */
  readonly config: Pick<Config, 'fieldMap' | 'remember' | 'catalogue' | 'privacy'>;
  /** Address of the charts, whose pages may call the API. */
  readonly pagesUrl: string;
}

/** Starts the API, with the stages that answer it in this process: the emulators have no HTTP API. */
export async function startLocalApi(options: LocalApiOptions): Promise<LocalApi> {
  const { config, pagesUrl, port, host, ...clients } = options;
  const stages = createLocalStages({
    ...clients,
    fieldMap: config.fieldMap,
    privacy: config.privacy,
    recentDays: config.remember.days,
    catalogueMaxAgeSeconds: config.catalogue.maxAgeSeconds,
  });
  const { origin } = new URL(pagesUrl);
  const lake = s3Lake(options.bucket, new S3Client(awsClient(options.endpoint)));
  const links = [
    { href: pagesUrl, text: 'Charts of the served run' },
    { href: DOCS_PATH, text: 'The API' },
  ];
  const showShopPage = showShop(lake, { links, persons: options.persons });
  const api = await startApi({
    stages: stages.answers,
    show: async (path) => (await showDocs(path)) ?? showShopPage(path),
    origins: [origin, origin.replace('127.0.0.1', 'localhost')],
    ...{ port, host },
  });
  return {
    url: api.url,
    async stop() {
      await api.stop();
      await stages.stop();
    },
  };
}
