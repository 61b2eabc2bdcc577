import { CloudFormationServiceException } from '@aws-sdk/client-cloudformation';
import { expect, test, vi } from 'vitest';
import { placeOf, readDeployed, type StackReader } from '../../../local/stack/deployed.ts';

const manifest = (environment: string) => ({
  version: '1',
  artifacts: {
    'shop.assets': { type: 'cdk:asset-manifest', properties: { file: 'shop.assets.json' } },
    shop: {
      type: 'aws:cloudformation:stack',
      environment,
      properties: { templateFile: 'shop.template.json' },
    },
  },
});

test('account and region are those of the assembly; without one, the region of the command line, then of the variables', () => {
  const own = placeOf(manifest('aws://123456789012/eu-west-1'), { region: 'us-east-1', env: {} });
  expect(own).toEqual({
    stack: 'shop',
    templateFile: 'shop.template.json',
    account: '123456789012',
    region: 'eu-west-1',
  });
  const unknown = manifest('aws://unknown-account/unknown-region');
  const env = { AWS_DEFAULT_REGION: 'eu-north-1' };
  expect(placeOf(unknown, { region: 'us-east-1', env })).toMatchObject({ region: 'us-east-1' });
  expect(placeOf(unknown, { region: undefined, env })).toMatchObject({
    account: undefined,
    region: 'eu-north-1',
  });
  expect(placeOf(unknown, { region: undefined, env: {} }).region).toBeUndefined();
  expect(() => placeOf({ artifacts: {} }, { region: undefined })).toThrow('there is no stack');
});

const PLACE = placeOf(manifest('aws://123456789012/eu-west-1'), { region: undefined, env: {} });

/** A client that finds what `send` returns. */
const client = (send: StackReader['send'], accountId?: string) =>
  vi.fn(
    (config: { readonly region?: string; readonly profile?: string }): StackReader => ({
      send,
      config: { region: async () => config.region ?? 'sdk', credentials: async () => ({ accountId }) },
    }),
  );

test('the deployed template is read with the profile, in the region of the stack', async () => {
  const connect = client(async () => ({ TemplateBody: '{"Resources":{}}' }), '123456789012');
  expect(await readDeployed(PLACE, { profile: 'shop', connect })).toEqual({
    template: { Resources: {} },
    where: '123456789012/eu-west-1',
  });
  expect(connect).toHaveBeenCalledWith({ region: 'eu-west-1', profile: 'shop' });
});

test('a stack that does not exist is said to be missing, with the place', async () => {
  const connect = client(async () => {
    throw new CloudFormationServiceException({
      name: 'ValidationError',
      message: 'Stack with id shop does not exist',
      $fault: 'client',
      $metadata: {},
    });
  });
  expect(await readDeployed(PLACE, { profile: undefined, connect })).toEqual({
    template: undefined,
    where: '123456789012/eu-west-1',
  });
  const anywhere = { ...PLACE, account: undefined, region: undefined };
  expect(await readDeployed(anywhere, { profile: undefined, connect })).toMatchObject({
    where: 'the account of the credentials/sdk',
  });
});

test('credentials of another account, and other faults, stop the deployment', async () => {
  const connect = client(async () => ({ TemplateBody: '{}' }), '210987654321');
  await expect(readDeployed(PLACE, { profile: undefined, connect })).rejects.toThrow(
    'the credentials are of account 210987654321, should be of 123456789012',
  );
  const refused = client(async () => Promise.reject(new Error('AccessDenied')));
  await expect(readDeployed(PLACE, { profile: undefined, connect: refused })).rejects.toThrow('AccessDenied');
});
