import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { REQUEST_STAGES, STAGES } from '../../lambdas/shared/contract/stages.ts';
import { ENV } from '../../lambdas/shared/platform/env.ts';
import { bundle } from '../../lib/bundle.ts';
import { launch } from '../lambdas/train/launch.ts';

/** Bundles as they are deployed, each started in a process of its own. */
const directory = mkdtempSync(join(tmpdir(), 'cartograph-cold-start-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Requests fail at once, because nothing listens on port 9 of this machine. */
const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_MAX_ATTEMPTS: '1',
  [ENV.lakeBucket]: 'lake',
  [ENV.fieldMap]: '{}',
  [ENV.partialAnswers]: 'true',
  [ENV.threshold]: '{}',
  [ENV.model]: '{}',
  [ENV.launch]: JSON.stringify(launch),
  [ENV.brokers]: '127.0.0.1:9',
  [ENV.topic]: 'sales',
  [ENV.recentTable]: 'recent',
  [ENV.recentDays]: '90',
  [ENV.auth]: 'iam',
  [ENV.catalogueMaxAgeSeconds]: '60',
  [ENV.privacy]: '{}',
  [ENV.ownQueue]: 'http://127.0.0.1:9/queue',
  [ENV.usage]: '{}',
};

/** The Kafka client tries for a quarter of a minute to reach a broker. */
const LONGEST_CALL_MS = 1_000;

/** Starts Node with a program and returns what it prints on standard error, where warnings go. */
const warningsOf = (source: string, options = ''): string => {
  const program = join(directory, 'program.mjs');
  writeFileSync(program, source);
  const { stderr, status } = spawnSync(process.execPath, [program], {
    env: { ...ENVIRONMENT, NODE_OPTIONS: options },
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  return stderr;
};

/** A request that API Gateway sends: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
const request = (method: string, path: string, body?: string) => ({
  version: '2.0',
  routeKey: `${method} ${path}`,
  rawPath: path,
  rawQueryString: '',
  headers: { 'content-type': 'application/json' },
  requestContext: {
    http: { method, path },
    requestId: 'r1',
    authorizer: { iam: { accountId: '111122223333', userArn: 'arn:aws:iam::111122223333:role/shop' } },
  },
  isBase64Encoded: false,
  ...(body !== undefined && { body }),
});

const EVENTS: Readonly<Record<string, unknown>> = {
  accumulate: JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/msk-event.json'), 'utf8')),
  remember: JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/msk-event.json'), 'utf8')),
  serve: request('GET', '/v1/health'),
  collect: request('POST', '/v1/sales', '[]'),
  catalogue: request('POST', '/v1/products', '[]'),
  erasures: request('DELETE', '/v1/users/u1'),
  produce: { records: [] },
  topic: {},
};

test.each([...STAGES, ...REQUEST_STAGES, 'produce', 'topic', 'forget'])(
  'the bundle of %s starts and is called without a warning from Node',
  { timeout: 180_000 },
  (name) => {
    const entry = join(import.meta.dirname, `../../lambdas/${name}/handler.ts`);
    const index = bundle({ entry }, join(directory, name));
    const event = JSON.stringify(EVENTS[name] ?? { sweep: true });
    const program = `const { handler } = await import(${JSON.stringify(pathToFileURL(index))});
const call = handler(${event}, { awsRequestId: 'r1' }).catch(() => undefined);
await Promise.race([call, new Promise((resolve) => setTimeout(resolve, ${LONGEST_CALL_MS}))]);
process.exit(0);`;
    expect(warningsOf(program)).toBe('');
  },
);

test('the options of the functions silence the warning about url.parse(), and no other', () => {
  const template = readFileSync(
    join(import.meta.dirname, '../fixtures/recommender-stack.template.json'),
    'utf8',
  );
  const options = [
    ...new Set([...template.matchAll(/"NODE_OPTIONS": "([^"]*)"/g)].map(([, found]) => found)),
  ];
  expect(options).toHaveLength(1);
  const parse = "import { parse } from 'node:url'; parse('http://localhost');";
  expect(warningsOf(parse)).toContain('DEP0169');
  expect(warningsOf(parse, options[0])).toBe('');
  expect(warningsOf("process.emitWarning('old', 'DeprecationWarning', 'DEP0005');", options[0])).toContain(
    'DEP0005',
  );
});
