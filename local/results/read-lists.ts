import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { z } from 'zod';
import { CURRENT_KEY, manifestKey } from '../../lambdas/shared/contract/keys.ts';
import { ListKind } from '../../lambdas/shared/contract/quality.ts';
import { Current, Manifest } from '../../lambdas/shared/contract/schemas.ts';
import { shardOf } from '../../lambdas/shared/contract/shards.ts';
import type { UserSummary } from '../../lambdas/shared/contract/summaries.ts';
import { readJson, s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { type PersonIds, PLAIN_IDS } from '../../lambdas/shared/privacy/person-ids.ts';
import type { Target } from '../stack/target.ts';

export type UserLists = UserSummary['users'][number]['recommended'];

const Recommendation = z.object({
  user: z.string(),
  product: z.string(),
  list: ListKind,
  rank: z.int(),
  score: z.number(),
});
const Product = z.object({ product: z.string(), name: z.string().nullish() });

/**
 * Reads the lists of one user from the served run: the user's shard, and the names of products.
 *
 * @param user The id in the shop.
 * @param persons How the pipeline stores ids.
 * @returns The run, and the list `any` before `new`, each best first.
 * @throws {Error} If no run is served, or the user is not in it.
 */
export async function readLists(
  { client: config, bucket }: Pick<Target, 'client' | 'bucket'>,
  user: string,
  persons: PersonIds = PLAIN_IDS,
): Promise<{ readonly run: number; readonly lists: UserLists }> {
  const client = new S3Client(config);
  const lake = s3Lake(bucket, client);
  const run = (await readJson(lake, CURRENT_KEY, Current))?.run;
  const manifest = run ? await readJson(lake, manifestKey(run), Manifest) : undefined;
  if (!run || !manifest) throw new Error('Cannot show lists: no run is served yet');

  const keysOf = (name: string): string[] =>
    manifest.files.filter((file) => file.name.startsWith(name)).map(({ key }) => key);
  const rowsOf = async <Row>(key: string | undefined, schema: z.ZodType<Row>): Promise<Row[]> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const file = new Uint8Array((await Body?.transformToByteArray()) ?? []).buffer;
    return z.array(schema).parse(await parquetReadObjects({ file, compressors }));
  };
  const shards = keysOf('recommendations/');
  const storedUser = persons.stored(user);
  const rows = await rowsOf(shards[shardOf(storedUser, shards.length)], Recommendation);
  const recommended = rows.filter((row) => row.user === storedUser);
  if (recommended.length === 0) throw new Error(`Cannot show lists: run ${run} has no user ${user}`);
  const products = (await Promise.all(keysOf('model/products').map((key) => rowsOf(key, Product)))).flat();
  const names = new Map(products.map(({ product, name }) => [product, name ?? null]));
  return {
    run,
    lists: recommended.map(({ user: _, ...row }) => ({ ...row, name: names.get(row.product) ?? null })),
  };
}
