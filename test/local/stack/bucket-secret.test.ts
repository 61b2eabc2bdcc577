import { describe, expect, test } from 'vitest';
import { requestErasure } from '../../../lambdas/erasures/request.ts';
import { PRIVACY_KEY } from '../../../lambdas/shared/contract/keys.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { createPersonIds, type PersonIds, PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey, type PersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { bucketSecretOf, secretProblem } from '../../../local/stack/bucket-secret.ts';
import { KINDS } from '../../cloud/kinds.ts';
import { memoryLake } from '../../lake.ts';
import { synthesize } from '../../lib/synthesize.ts';

const KEY = createPersonKey('0123456789abcdef0123456789abcdef');
const OTHER = createPersonKey('another secret of more than 32 characters');
const { lake: kept, privacy } = KINDS.ServerlessKeptLake;

/** A bucket in which a user is forgotten. */
async function withForgotten(ids: PersonIds = PLAIN_IDS) {
  const lake = memoryLake();
  await requestErasure(['ann'], 'a test', { lake, key: KEY, ids, nowMs: () => 1 });
  return lake;
}
const readers = (lake: ReturnType<typeof memoryLake>, key: PersonKey) => ({
  lakeOf: () => lake,
  loadKey: async () => key,
});

describe('the bucket and the secret of a deployment', () => {
  test('are those of the deployed stack, whose template does not name them', () => {
    const deployed = { bucket: 'lake', secret: 'arn:secret' };
    expect(bucketSecretOf(synthesize().toJSON(), deployed)).toEqual(deployed);
    expect(bucketSecretOf(synthesize().toJSON(), undefined)).toEqual({
      bucket: undefined,
      secret: undefined,
    });
  });

  test('are those of the configuration, if they are of an earlier stack', () => {
    const template = synthesize(KINDS.ServerlessKeptLake).toJSON();
    expect(bucketSecretOf(template, undefined)).toEqual({
      bucket: kept.bucketName,
      secret: privacy.secretArn,
    });
    expect(bucketSecretOf(synthesize({ lake: kept }).toJSON(), undefined)).toEqual({
      bucket: kept.bucketName,
      secret: undefined,
    });
  });
});

describe('with plain ids, a kept bucket with forgotten users', () => {
  const names = { bucket: kept.bucketName, secret: privacy.secretArn };

  test('is used with the secret that hashed them', async () => {
    expect(await secretProblem(names, readers(await withForgotten(), KEY))).toBeUndefined();
  });

  test('is refused with the value of another secret', async () => {
    expect(await secretProblem(names, readers(await withForgotten(), OTHER))).toBe(
      `the hashes of forgotten users in the bucket ${kept.bucketName} were made with another secret than the present value of ${privacy.secretArn}. Restore the secret that made them (docs/privacy.md)`,
    );
  });

  test('is refused without a secret, because the stack would make a new one', async () => {
    const problem = await secretProblem({ ...names, secret: undefined }, readers(await withForgotten(), KEY));
    expect(problem).toMatch(
      /this stack would make a new one\. Set privacy\.secretArn to the output PersonSecret/,
    );
  });
});

test('pseudonyms that were made with another secret are refused too', async () => {
  const lake = memoryLake();
  await lake.create(PRIVACY_KEY, toJson({ userIds: 'keyed', keyCheck: KEY.check }), 'application/json');
  const names = { bucket: 'lake', secret: 'arn:secret' };
  expect(await secretProblem(names, readers(lake, OTHER))).toMatch(
    /^the pseudonyms in the bucket lake were made with another/,
  );
  expect(await secretProblem(names, readers(lake, KEY))).toBeUndefined();
  const both = await withForgotten(createPersonIds('keyed', KEY));
  expect(await secretProblem(names, readers(both, OTHER))).toMatch(/^the hashes of forgotten users/);
});

test('a bucket without either, or that does not exist yet, is used with any secret, which is not read', async () => {
  const lake = memoryLake();
  const loadKey = () => Promise.reject(new Error('was read'));
  await lake.create(PRIVACY_KEY, toJson({ userIds: 'plain', keyCheck: null }), 'application/json');
  expect(
    await secretProblem({ bucket: 'lake', secret: 'arn:secret' }, { lakeOf: () => lake, loadKey }),
  ).toBeUndefined();
  expect(
    await secretProblem({ bucket: undefined, secret: undefined }, { lakeOf: () => lake, loadKey }),
  ).toBeUndefined();
});
