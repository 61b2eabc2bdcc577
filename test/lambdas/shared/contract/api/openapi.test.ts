import { describe, expect, test } from 'vitest';
import { openapiDocument } from '../../../../../lambdas/shared/contract/api/openapi.ts';
import { type OperationId, ROUTES, SCOPES } from '../../../../../lambdas/shared/contract/api/routes.ts';
import { check, checkReply, DOCUMENT, documented } from './document.ts';

const IDS = Object.keys(ROUTES) as OperationId[];

describe('the OpenAPI document', () => {
  test('has each operation once, with its parameters in the path', () => {
    const operations = Object.values(DOCUMENT.paths).flatMap((methods) => Object.values(methods));
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual([...IDS].sort());
    for (const id of IDS) {
      const inPath = [...ROUTES[id].path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = (documented(id).parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(parameters.map(({ name }) => name)).toEqual(inPath);
    }
  });

  test.each(IDS)('%s: every example is what the document says', (id) => {
    const { parameters = [], requestBody, responses } = documented(id);
    for (const { schema, example } of parameters) if (example !== undefined) check(schema, example);
    for (const { schema, example } of Object.values(requestBody?.content ?? {})) {
      expect(example).toBeDefined();
      check(schema, example);
    }
    for (const { content = {} } of Object.values(responses))
      for (const { schema, example } of Object.values(content))
        if (example !== undefined) check(schema, example);
  });

  test('refers only to components that it has, and uses each of them', () => {
    const text = JSON.stringify(DOCUMENT);
    const used = new Set([...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(DOCUMENT.components.schemas).sort());
    expect(text).not.toContain('$defs');
  });

  test('names the scope of each operation with tokens, and none without sign-in', () => {
    const withTokens = JSON.parse(JSON.stringify(openapiDocument('jwt'))) as typeof DOCUMENT;
    for (const id of IDS) {
      const { path, method, scope } = ROUTES[id];
      expect(withTokens.paths[path]?.[method.toLowerCase()]?.security).toEqual([
        { jwt: scope === null ? [] : [scope] },
      ]);
      expect(documented(id).security).toBeUndefined();
    }
    for (const scope of Object.keys(SCOPES)) expect(JSON.stringify(withTokens)).toContain(scope);
  });

  test('names the entity tag of every answer that has one, and a 304 for it', () => {
    const tagged = IDS.filter((id) => documented(id).responses[304]);
    expect(tagged).toEqual(['recommendations', 'similar', 'together', 'popular', 'trending', 'history']);
    for (const id of tagged) {
      expect(documented(id).responses[200]?.headers).toHaveProperty('etag');
      expect(() => checkReply(id, { status: 200, headers: {}, body: '{}' })).toThrow(
        /without the header etag/,
      );
    }
  });

  test('refuses answers that it does not have', () => {
    const json = { 'content-type': 'application/json; charset=utf-8' };
    expect(() => checkReply('health', { status: 200, headers: json, body: '{"status":"ok"}' })).not.toThrow();
    expect(() => checkReply('health', { status: 200, headers: json, body: '{"status":"bad"}' })).toThrow();
    expect(() =>
      checkReply('health', { status: 200, headers: json, body: '{"status":"ok","x":1}' }),
    ).toThrow();
    expect(() => checkReply('health', { status: 204, headers: {}, body: '' })).toThrow(/204/);
    expect(() => checkReply('health', { status: 200, headers: {}, body: 'ok' })).toThrow(/undefined/);
  });
});
