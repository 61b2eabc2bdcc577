import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPERATIONS } from '../../../lambdas/shared/contract/api/operations.ts';
import { PROBLEMS } from '../../../lambdas/shared/contract/api/problem.ts';
import { MAX_HISTORY } from '../../../lambdas/shared/contract/api/recommendations.ts';
import { ROUTES } from '../../../lambdas/shared/contract/api/routes.ts';
import { MAX_BODY_BYTES } from '../../../lambdas/shared/http/body.ts';
import { matchRoute } from '../../../lambdas/shared/http/match.ts';
import { type LocalApi, startApi } from '../../../local/api/server.ts';
import { callsOf } from './docs-calls.ts';
import { createStages } from './stages.ts';

const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
const calls = callsOf(page);
let api: LocalApi;
beforeAll(async () => {
  api = await startApi({ stages: createStages() });
});
afterAll(() => api.stop());

// In their order: a sale or an attribute changes the answers below it.
test.each(calls)('docs/api.md: $command', async ({ method, url, headers, body, answer }) => {
  const response = await fetch(`${api.url}${url}`, { method, headers, ...(body !== undefined && { body }) });
  const json = (await response.json()) as { requestId?: string };
  expect(JSON.parse(answer)).toEqual('requestId' in json ? { ...json, requestId: expect.any(String) } : json);
});

test('docs/api.md calls or names every operation, except those of the same form', () => {
  const called = new Set(
    calls.flatMap(({ method, url }) => {
      const match = matchRoute(method, url.split('?')[0] ?? '');
      return match.kind === 'operation' ? [match.operation] : [];
    }),
  );
  for (const id of Object.keys(OPERATIONS) as (keyof typeof ROUTES)[])
    expect(
      called.has(id) || page.includes(ROUTES[id].path) || page.includes(`\`${id}\``) || id === 'addProducts',
      id,
    ).toBe(true);
});

test('docs/api.md names every kind of problem, and the limits', () => {
  for (const kind of Object.keys(PROBLEMS)) expect(page).toContain(`\`${kind}\``);
  expect(page).toContain(`${MAX_BODY_BYTES / 1024 / 1024} MiB`);
  expect(page).toContain(MAX_HISTORY.toLocaleString('en-US'));
});
