import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { ENV } from '../../lambdas/shared/platform/env.ts';
import { synthesize } from './synthesize.ts';

/** Pages that say that users have pseudonyms, and the explorer that asks for a user by id. */

const keyed = { privacy: { userIds: 'keyed' } };
const serve = {
  auth: 'jwt',
  issuer: 'https://login.example.com/',
  audience: ['shop'],
  cors: ['https://shop.example.com'],
  shop: { clientId: 'shop-page' },
};
const site = { allowFrom: ['203.0.113.0/24'] };

const environmentOf = (template: Template, stage: string) =>
  Object.entries(template.findResources('AWS::Lambda::Function')).find(([id]) =>
    id.startsWith(`${stage}Function`),
  )?.[1].Properties.Environment.Variables;
/** The settings as text; a reference to another resource is its JSON. */
const settingsOf = (template: Template): string => {
  const value = environmentOf(template, 'Publish')[ENV.explorer];
  return typeof value === 'string' ? value : value['Fn::Join'][1].map(textOf).join('');
};
const textOf = (part: unknown): string => (typeof part === 'string' ? part : JSON.stringify(part));
const originsOf = (template: Template) =>
  Object.values(template.findResources('AWS::ApiGatewayV2::Api'))[0]?.Properties.CorsConfiguration
    ?.AllowOrigins;

test('with plain ids the pages get no settings, and the API has the configured callers', () => {
  const template = synthesize({ serve, site });
  expect(environmentOf(template, 'Publish')).not.toHaveProperty(ENV.explorer);
  expect(environmentOf(template, 'Render')).not.toHaveProperty(ENV.privacy);
  expect(originsOf(template)).toEqual(['https://shop.example.com']);
});

describe('with keyed ids', () => {
  test('pages of a run say so, and the explorer suggests commands with the name of the stack', () => {
    const template = synthesize({ ...keyed, stackName: 'Lamps' });
    expect(JSON.parse(settingsOf(template))).toEqual({ stackName: 'Lamps' });
    expect(JSON.parse(environmentOf(template, 'Render')[ENV.privacy])).toMatchObject({ userIds: 'keyed' });
    expect(environmentOf(template, 'Render')).not.toHaveProperty(ENV.personSecret);
    expect(environmentOf(template, 'Publish')).not.toHaveProperty(ENV.personSecret);
  });

  test('where people can sign in at a public address, the explorer asks the API, which answers it', () => {
    const template = synthesize({ ...keyed, serve, site });
    const settings = settingsOf(template);
    expect(settings).toMatch(/"url":"\{"Fn::GetAtt":\["ApiHttp\w+","ApiEndpoint"\]\}"/);
    expect(JSON.parse(settings.replace(/\{"Fn::GetAtt".*?\]\}/, 'https://api'))).toEqual({
      stackName: 'Cartograph',
      api: {
        url: 'https://api',
        signIn: {
          issuer: 'https://login.example.com/',
          clientId: 'shop-page',
          scopes: ['cartograph/explore.read'],
          userClaim: 'sub',
        },
      },
    });
    const [shop, pages, ...others] = originsOf(template);
    expect([shop, others]).toEqual(['https://shop.example.com', []]);
    expect(JSON.stringify(pages)).toMatch(
      /"https:\/\/",\{"Fn::GetAtt":\["SiteDistribution\w+","DomainName"\]\}/,
    );
  });

  test.each([
    ['a public address', { serve }],
    ['a client for pages', { site, serve: { ...serve, shop: undefined } }],
    ['an API', { site, serve: false }],
  ])('without %s, it asks nobody', (_, config) => {
    const template = synthesize({ ...keyed, ...config });
    expect(JSON.parse(settingsOf(template))).toEqual({ stackName: 'Cartograph' });
  });
});
