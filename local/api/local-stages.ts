import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Kafka } from 'kafkajs';
import { createCatalogueRoutes } from '../../lambdas/catalogue/routes.ts';
import { createCollectRoutes } from '../../lambdas/collect/routes.ts';
import { kafkaSalesTopic } from '../../lambdas/collect/sales-topic.ts';
import { createErasuresRoutes } from '../../lambdas/erasures/routes.ts';
import { createSources } from '../../lambdas/serve/create-sources.ts';
import { createServeRoutes } from '../../lambdas/serve/routes.ts';
import type { ApiStage } from '../../lambdas/shared/contract/stages.ts';
import { createRouter, type Router } from '../../lambdas/shared/http/router.ts';
import { s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { createLog, type Log } from '../../lambdas/shared/platform/log.ts';
import { dynamoRecentSales } from '../../lambdas/shared/platform/recent.ts';
import type { PersonIds } from '../../lambdas/shared/privacy/person-ids.ts';
import type { PersonKey } from '../../lambdas/shared/privacy/person-key.ts';
import type { Privacy } from '../../lambdas/shared/privacy/settings.ts';
import type { FieldMap } from '../../lambdas/shared/sales/field-map.ts';
import { awsClient } from '../stack/emulator.ts';
import type { Answer, ApiOptions } from './server.ts';

export interface LocalStagesOptions {
  /** URL of the emulator. */
  readonly endpoint: string;
  readonly kafka: Kafka;
  readonly topic: string;
  readonly bucket: string;
  /** Name of the table of recent sales. */
  readonly table: string;
  readonly recentDays: number;
  readonly catalogueMaxAgeSeconds: number;
  readonly fieldMap: FieldMap;
  readonly privacy: Privacy;
  /** The settings for ids of users, orders and sales. */
  readonly persons: PersonIds;
  /** Recognises forgotten users. */
  readonly personKey: PersonKey;
  /** Called with each fault that a person should look at. */
  readonly onFault?: (message: string) => void;
}

/** The stages that answer requests, in this process: their code, with clients of the emulator and the broker. */
export interface LocalStages {
  readonly answers: ApiOptions['stages'];
  /** Closes the connection to the broker. */
  stop(): Promise<void>;
}

/** Nobody signs in on this machine. */
const authorisation = { auth: 'none' } as const;

/** Creates the stages. Their routes, checks and answers are those of the Lambdas. */
export function createLocalStages(options: LocalStagesOptions): LocalStages {
  const { endpoint, bucket, table, recentDays, catalogueMaxAgeSeconds, fieldMap, privacy } = options;
  const { persons, personKey } = options;
  const aws = awsClient(endpoint);
  const s3 = new S3Client(aws);
  const lake = s3Lake(bucket, s3);
  const logs = (stage: ApiStage): Log => createLog(stage, {}, (line) => report(line, options.onFault));
  const topic = kafkaSalesTopic(options.kafka, options.topic);
  const sources = createSources({
    ...{ bucket, s3, catalogueMaxAgeSeconds },
    persons: async () => persons,
    personKey: async () => personKey,
    recent: dynamoRecentSales(table, recentDays, new DynamoDBClient(aws)),
    log: logs('serve'),
    nowMs: Date.now,
  });
  const answer = (stage: ApiStage, router: Router): Answer => {
    const log = logs(stage);
    return (event) => router(event, { log, authorisation });
  };
  return {
    answers: {
      serve: answer('serve', createRouter(createServeRoutes(sources, authorisation.auth))),
      collect: answer(
        'collect',
        createRouter(
          createCollectRoutes({ topic, fieldMap, privacy, log: logs('collect'), nowMs: Date.now }),
        ),
      ),
      catalogue: answer('catalogue', createRouter(createCatalogueRoutes({ lake, log: logs('catalogue') }))),
      erasures: answer(
        'erasures',
        createRouter(createErasuresRoutes({ lake, key: personKey, ids: persons, nowMs: Date.now })),
      ),
    },
    stop: () => topic.close(),
  };
}

/** Reports the log lines that raise an alarm in the cloud. */
function report(line: string, onFault: LocalStagesOptions['onFault']): void {
  const { level, stage, message, error } = JSON.parse(line) as {
    level?: string;
    stage: string;
    message: string;
    error?: { message?: string };
  };
  if (level === 'error') onFault?.([`${stage}: ${message}`, error?.message].filter(Boolean).join(': '));
}
