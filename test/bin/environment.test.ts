import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, expect, test } from 'vitest';
import { readEnvironmentFile } from '../../bin/environment.ts';
import { Config } from '../../lib/config.ts';
import { FEATURE_FLAGS } from '../../lib/feature-flags.ts';
import { RecommenderStack } from '../../lib/recommender-stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartograph-environments-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, value: unknown): void =>
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(value));

test('the example names an account, a region and a valid configuration', () => {
  const { account, region, cartograph } = readEnvironmentFile('example');
  expect([account, region]).toEqual(['111122223333', 'eu-west-1']);
  expect(Config.parse(cartograph)).toMatchObject({ stackName: 'CartographExample' });
});

test('an environment that does not exist is an error that lists those that do', () => {
  write('production', { account: '111122223333', region: 'us-east-1' });
  expect(() => readEnvironmentFile('prod', folder)).toThrow(
    'there is no environments/prod.json; there are: production',
  );
  expect(() => readEnvironmentFile('../production', folder)).toThrow('Cannot use environment ../production');
});

test('a wrong account, region or key is named', () => {
  write('wrong', { account: '1', region: 'Ireland', cartographs: {} });
  expect(() => readEnvironmentFile('wrong', folder)).toThrow(
    /account: should be the 12 digits of an account; region: should be a region such as eu-west-1; .*cartographs/,
  );
});

test('a stack with an account and a region looks nothing up: the zones are those of the region', () => {
  const app = new App({ context: { ...FEATURE_FLAGS, 'aws:cdk:bundling-stacks': [] } });
  const stack = new RecommenderStack(app, 'Test', {
    config: Config.parse({}),
    jarPath: import.meta.filename,
    env: { account: '111122223333', region: 'eu-west-1' },
  });
  const zones = Object.values(Template.fromStack(stack).findResources('AWS::EC2::Subnet')).map(
    ({ Properties }) => Properties.AvailabilityZone,
  );
  expect(zones).toEqual([0, 1].map((index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] })));
  expect(app.synth().manifest.missing).toBeUndefined();
});
