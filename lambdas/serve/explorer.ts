import type { ExplorerEntry } from '../shared/contract/api/explorer.ts';
import type { ApiRequest, Reply } from '../shared/contract/api/operation.ts';
import type { ExplorerUser } from '../shared/contract/explorer.ts';
import { ProblemError } from '../shared/http/problem-error.ts';
import type { Row } from '../shared/web/block-table.ts';
import type { ExplorerReader } from './explorer-reader.ts';
import { loadedRun, personsOf, type Sources } from './sources.ts';

/**
 * Answers `explorer`: what the explorer shows of a user, under the id that the caller asked for. A run that was trained with sales that
 * the user wanted to be forgotten does not know the user.
 */
export async function explorerOfUser(
  { params: { user } }: ApiRequest<'explorer'>,
  sources: Sources,
): Promise<Reply> {
  const [{ run, newestSaleMs, erasuresThrough, explorerOf }, { users, isKnown }, persons] = await Promise.all(
    [loadedRun(sources), sources.forgotten.current(), personsOf(sources)],
  );
  const storedUser = persons.stored(user);
  const { erasure = 0 } = users?.erasureOf(storedUser) ?? {};
  if (erasure <= erasuresThrough && !isKnown)
    throw new ProblemError('unavailable', 'It is not known at the moment which users were forgotten');
  const row = erasure <= erasuresThrough ? await rowOf(storedUser, explorerOf) : undefined;
  if (!row) throw new ProblemError('unknown-user', `Run ${run} does not know the user`);
  const body: ExplorerEntry = {
    user,
    run: { run, newestSaleMs },
    ...row.value,
    names: namesIn(row),
  };
  return { status: 200, body };
}

async function rowOf(storedUser: string, explorerOf: ExplorerReader): Promise<Row<ExplorerUser> | undefined> {
  try {
    return await explorerOf(storedUser);
  } catch (cause) {
    throw new ProblemError('unavailable', 'The files of the explorer cannot be read at the moment', {
      cause,
    });
  }
}

/** A block has the names of the products of all its users; an answer has those of one user. */
function namesIn({
  value: { history, any, new: discoveries },
  names,
}: Row<ExplorerUser>): ExplorerEntry['names'] {
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
