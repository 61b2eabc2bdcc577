import type { ExplorerEntry } from '../shared/contract/api/explorer.ts';
import type { ApiRequest, Reply } from '../shared/contract/api/operation.ts';
import type { ExplorerUser } from '../shared/contract/explorer.ts';
import { ProblemError } from '../shared/http/problem-error.ts';
import type { Row } from '../shared/web/block-table.ts';
import { loadedRun, personsOf, type Sources } from './sources.ts';

/** Answers `explorer`: what the explorer shows of a user, under the id that the caller asked for. */
export async function explorerOfUser(
  { params: { user } }: ApiRequest<'explorer'>,
  sources: Sources,
): Promise<Reply> {
  const { run, newestSaleMs, explorerOf } = await loadedRun(sources);
  const { stored } = await personsOf(sources);
  const row = await explorerOf(stored(user));
  if (!row) throw new ProblemError('unknown-user', `Run ${run} does not know the user`);
  const body: ExplorerEntry = {
    user,
    run: { run, newestSaleMs },
    ...row.value,
    names: namesIn(row),
  };
  return { status: 200, body };
}

/** A block has the names of the products of all its users; an answer has those of one user. */
function namesIn({ value: { history, any, new: discoveries }, names }: Row<ExplorerUser>): ExplorerEntry['names'] {
  const listed = [...any, ...discoveries];
  const products = new Set([
    ...history.map(({ product }) => product),
    ...listed.map(({ product }) => product),
    ...listed.flatMap(({ because }) => because.map(({ product }) => product)),
  ]);
  return [...products].flatMap((product) => {
    const name = names.get(product);
    return name === undefined ? [] : [{ product, name }];
  });
}
