import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { type Answerer, createAnswerer } from '../lambdas/serve/answer/answerer.ts';
import { purchasesOf } from '../lambdas/serve/answer/history.ts';
import { type ListName, loadModel, type Model } from '../lambdas/serve/answer/model.ts';
import { AnswerHistories, type StoredHistory } from '../lambdas/shared/contract/answer-model.ts';
import { manifestKey } from '../lambdas/shared/contract/keys.ts';
import { Manifest } from '../lambdas/shared/contract/schemas.ts';

/** Files of a run in a directory that has the layout of the bucket. */
export interface RunFiles {
  readonly document: unknown;
  readonly tensors: Uint8Array;
  readonly histories: ReadonlyMap<string, StoredHistory>;
  /** By user and list: the ids of the products, best first, and their scores. */
  readonly published: ReadonlyMap<string, Readonly<Record<ListName, readonly PublishedProduct[]>>>;
}

export interface PublishedProduct {
  readonly product: string;
  readonly score: number;
}

/** Reads what answers need, and the lists that the run published. @param lake Its path. */
export function readRun(lake: string, run = 1): RunFiles {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(lake, manifestKey(run)), 'utf8')));
  const named = (name: string): Buffer => {
    const file = manifest.files.find((candidate) => candidate.name === name);
    if (!file) throw new RangeError(`Cannot read run ${run}: it has no file ${name}`);
    return readFileSync(join(lake, file.key));
  };
  const document = JSON.parse(named('model/answer.json').toString());
  const tensors = named('model/answer.safetensors');
  const model = loadModel(document, tensors);
  return {
    document,
    tensors,
    histories: new Map(model.histories.flatMap(({ file, sizes }) => blocksOf(named(file), sizes))),
    published: listsOf(named('recommendations.csv')),
  };
}

function blocksOf(file: Uint8Array, sizes: readonly number[]): [string, StoredHistory][] {
  let end = 0;
  return sizes.flatMap((size) => {
    const block = file.subarray(end, end + size);
    end += size;
    return AnswerHistories.parse(JSON.parse(gunzipSync(block).toString())).rows;
  });
}

function listsOf(csv: Buffer): RunFiles['published'] {
  const lists = new Map<string, Record<ListName, PublishedProduct[]>>();
  const rows: Record<'user' | 'product' | 'list' | 'score', string>[] = parse(csv, { columns: true });
  for (const { user, product, list, score } of rows) {
    const own = lists.get(user) ?? { any: [], new: [] };
    own[list === 'any' ? 'any' : 'new'].push({ product, score: Number(score) });
    lists.set(user, own);
  }
  return lists;
}

/** A list that is answered otherwise than the run published it. */
export interface Difference {
  readonly user: string;
  readonly list: ListName;
  readonly published: readonly PublishedProduct[];
  readonly answered: readonly PublishedProduct[];
}

/**
 * Answers for every user of the run without newer sales, and compares with the published lists: products, order and scores.
 *
 * @returns One element for each list that differs.
 */
export function differences(run: RunFiles): Difference[] {
  const model = loadModel(run.document, run.tensors);
  const answerer = createAnswerer(model);
  const users = new Set([...run.histories.keys(), ...run.published.keys()]);
  return [...users].flatMap((user) => {
    const { any, new: discoveries } = run.published.get(user) ?? { any: [], new: [] };
    return [
      differenceOf({ user, list: 'any', published: any }, run.histories.get(user), { model, answerer }),
      differenceOf({ user, list: 'new', published: discoveries }, run.histories.get(user), {
        model,
        answerer,
      }),
    ].filter((difference) => difference !== undefined);
  });
}

function differenceOf(
  wanted: Omit<Difference, 'answered'>,
  stored: StoredHistory | undefined,
  { model, answerer }: { model: Model; answerer: Answerer },
): Difference | undefined {
  const { purchases } = purchasesOf(model, stored, []);
  const { source, products } = answerer.answer(purchases, { list: wanted.list, n: model.topN });
  // The run has no list for a user whose purchases were all returned.
  const answered =
    source === 'coldStart'
      ? []
      : products.map(({ number, score }) => ({ product: model.products.id(number), score }));
  const isEqual =
    answered.length === wanted.published.length &&
    answered.every(({ product, score }, at) => {
      const published = wanted.published[at];
      return published?.product === product && published.score === score;
    });
  return isEqual ? undefined : { ...wanted, answered };
}
