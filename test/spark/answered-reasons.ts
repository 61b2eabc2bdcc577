import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readRun } from '../../bench/answer-run.ts';
import { createAnswerer } from '../../lambdas/serve/answer/answerer.ts';
import { purchasesOf } from '../../lambdas/serve/answer/history.ts';
import { loadModel } from '../../lambdas/serve/answer/model.ts';
import { ExplorerIndex, ExplorerUsers } from '../../lambdas/shared/contract/explorer.ts';
import { json, keyOf, manifestOf } from './lake-files.ts';

/** A recommendation, and the products that explain it. */
interface Reasons {
  readonly user: string;
  readonly product: string;
  readonly because: readonly string[];
}

/** Returns the reasons that the explorer of a run shows, and those that requests are answered with, in the same order. */
export function reasonsOf(lake: string): { shown: Reasons[]; answered: Reasons[] } {
  const run = readRun(lake);
  const model = loadModel(run.document, run.tensors);
  const answerer = createAnswerer(model);
  const answeredTo = (user: string, list: 'any' | 'new'): Reasons[] => {
    const { purchases } = purchasesOf(model, run.histories.get(user), []);
    const answer = answerer.answer(purchases, { list, n: model.topN, because: true });
    if (answer.source === 'coldStart') return [];
    return answer.products.map(({ number, because }) => ({
      user,
      product: model.products.id(number),
      because: because.map((reason) => model.products.id(reason.number)),
    }));
  };
  const users = explorerUsers(lake);
  return {
    shown: users.flatMap(([user, { any, new: discoveries }]) =>
      [...any, ...discoveries].map(({ product, because }) => ({
        user,
        product,
        because: because.map((reason) => reason.product),
      })),
    ),
    answered: users.flatMap(([user]) => [...answeredTo(user, 'any'), ...answeredTo(user, 'new')]),
  };
}

function explorerUsers(lake: string): ExplorerUsers['rows'] {
  const manifest = manifestOf(lake);
  const index = ExplorerIndex.parse(json(lake, keyOf(manifest, 'explorer/index.json')));
  return index.users.flatMap(({ file, sizes }) => {
    const bytes = readFileSync(join(lake, keyOf(manifest, file)));
    let end = 0;
    return sizes.flatMap((size) => {
      end += size;
      return ExplorerUsers.parse(JSON.parse(gunzipSync(bytes.subarray(end - size, end)).toString())).rows;
    });
  });
}
