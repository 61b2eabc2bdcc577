import { Agent, request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Problem } from '../../../lambdas/shared/contract/api/problem.ts';
import { type OperationId, ROUTES } from '../../../lambdas/shared/contract/api/routes.ts';
import { showDocs } from '../../../local/api/docs-page.ts';
import { type LocalApi, startApi } from '../../../local/api/server.ts';
import { openModelShop } from '../../lambdas/serve/model-shop.ts';
import { type AnyReply, checkReply } from '../../lambdas/shared/contract/api/document.ts';
import { type Generated, requestsOf } from './from-document.ts';
import { createStages } from './stages.ts';

const REQUESTS = 10_000;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const stages = createStages(openModelShop());
let api: LocalApi;

beforeAll(async () => {
  api = await startApi({ stages, show: showDocs });
});
afterAll(async () => {
  agent.destroy();
  await api.stop();
});

const ask = ({ method, url, headers, body }: Generated): Promise<AnyReply> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: '127.0.0.1',
        port: new URL(api.url).port,
        agent,
        method,
        path: url,
        headers: { ...headers, ...(body && { 'content-length': body.length }) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string>,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject).end(body);
  });

const anyRequest = fc
  .constantFrom(
    ...(Object.keys(ROUTES) as OperationId[]).filter((id) => stages[ROUTES[id].stage] !== undefined),
  )
  .chain(requestsOf);

/** A valid request may be about a product that does not exist, and a sale or product may be refused for a reason that no schema says. */
const EXPECTED = [200, 202, 207, 304, 404, 422];
/** Such a reason: `until` should be after `from`. */
const isExpected = ({ operation }: Generated, status: number): boolean =>
  EXPECTED.includes(status) || (operation === 'putProduct' && status === 400);

test(`${REQUESTS} requests made from the document: no fault, every answer is what the document says`, async () => {
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(anyRequest, async (request) => {
      const reply = await ask(request);
      statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
      expect(reply.status).toBeLessThan(500);
      if (request.isValid && !isExpected(request, reply.status))
        throw new Error(`${reply.status}: ${reply.body}`);
      if (reply.headers['content-type'] === 'application/problem+json' && request.method !== 'HEAD') {
        const problem = Problem.parse(JSON.parse(reply.body));
        expect([problem.status, problem.detail.length > 10]).toEqual([reply.status, true]);
      } else if (request.operation !== undefined) checkReply(request.operation, reply);
    }),
    { seed: 15, numRuns: REQUESTS },
  );
  // The generator makes requests of all kinds, and not only refused ones.
  expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 3);
  for (const status of [400, 404, 405, 415]) expect(statuses.get(status)).toBeGreaterThan(0);
}, 300_000);
