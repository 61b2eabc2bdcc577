import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Pipeline } from '../../local/pipeline/pipeline.ts';
import { awsClient } from '../../local/stack/emulator.ts';

/** A text of the pipeline, and where it is, such as `bucket: runs/…/recommendations.csv`. */
export interface Found {
  readonly where: string;
  readonly text: string;
}

/**
 * Reads every text that the pipeline has stored, logged or shows: objects in all versions with their keys, rows of Parquet files,
 * blocks of gzip files, contents of rejected records, items of tables, messages of queues, lines of functions and jobs, and pages.
 * The topic is the shop's and is left out.
 *
 * @param directory The state of the pipeline on this machine.
 */
export async function* readEverything(pipeline: Pipeline, directory: string): AsyncGenerator<Found> {
  const aws = awsClient(pipeline.endpoint);
  yield* readBucket(new S3Client(aws), pipeline.bucket);
  yield* readTables(new DynamoDBClient(aws));
  yield* readQueues(new SQSClient(aws));
  yield* readFunctionLogs(new CloudWatchLogsClient(aws));
  yield* readFiles(join(directory, 'jobs'), 'job log');
  yield* readPages(pipeline);
}

async function* readBucket(client: S3Client, bucket: string): AsyncGenerator<Found> {
  let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, ...marker }));
    for (const { Key = '', VersionId } of page.Versions ?? []) {
      const { Body, Metadata } = await client.send(new GetObjectCommand({ Bucket: bucket, Key, VersionId }));
      const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
      const where = `bucket: ${Key}`;
      yield { where, text: JSON.stringify([Key, Metadata]) };
      for (const text of await textsOf(bytes)) yield { where, text };
    }
    if (!page.IsTruncated) return;
    marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);
const PARQUET = 'PAR1';
/** Base64 that is long enough to hold a text that is searched for. */
const BASE64 = /[A-Za-z0-9+/]{16,}={0,2}/g;

/** The bytes as they are, and what they hold in another form. */
async function textsOf(bytes: Buffer): Promise<string[]> {
  const text = bytes.toString('latin1');
  if (text.startsWith(PARQUET)) {
    const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer, compressors });
    return [text, JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value))];
  }
  if (bytes.subarray(0, GZIP.length).equals(GZIP)) return [text, gunzipSync(bytes).toString('latin1')];
  const encoded = text.startsWith('{"source"') || text.includes('base64') ? [...text.matchAll(BASE64)] : [];
  return [text, ...encoded.map(([base64]) => Buffer.from(base64, 'base64').toString('latin1'))];
}

async function* readTables(client: DynamoDBClient): AsyncGenerator<Found> {
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  for (const TableName of TableNames)
    for await (const { Items = [] } of paginateScan({ client }, { TableName }))
      for (const item of Items) yield { where: `table: ${TableName}`, text: JSON.stringify(item) };
}

/** Messages stay in their queues: they are only read. */
async function* readQueues(client: SQSClient): AsyncGenerator<Found> {
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}));
  for (const QueueUrl of QueueUrls) {
    const request = {
      QueueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 60,
      MessageAttributeNames: ['All'],
    };
    yield { where: `queue: ${QueueUrl}`, text: QueueUrl };
    for (;;) {
      const { Messages = [] } = await client.send(new ReceiveMessageCommand(request));
      if (Messages.length === 0) break;
      yield { where: `queue: ${QueueUrl}`, text: JSON.stringify(Messages) };
    }
  }
}

async function* readFunctionLogs(client: CloudWatchLogsClient): AsyncGenerator<Found> {
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, {}))
    for (const { logGroupName = '' } of logGroups)
      for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName }))
        yield { where: `log: ${logGroupName}`, text: events.map(({ message }) => message).join('\n') };
}

function* readFiles(directory: string, kind: string): Generator<Found> {
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
    if (/\.log$/.test(name))
      yield { where: `${kind}: ${name}`, text: readFileSync(join(directory, name), 'latin1') };
}

async function* readPages({ pagesUrl, apiUrl }: Pipeline): AsyncGenerator<Found> {
  const urls = [pagesUrl, ...(apiUrl === undefined ? [] : [`${apiUrl}/shop`, `${apiUrl}/v1/openapi.json`])];
  for (const url of urls)
    yield { where: `page: ${new URL(url).pathname}`, text: await (await fetch(url)).text() };
}
