import type { ErasureAccepted, ErasureState } from '../shared/contract/api/erasures.ts';
import type { StageRoutes } from '../shared/contract/api/operation.ts';
import { PROGRESS_KEY, Progress } from '../shared/contract/erasure.ts';
import { ProblemError } from '../shared/http/problem-error.ts';
import { readJson } from '../shared/platform/lake.ts';
import { type ErasureOutcome, type RequestParts, readErasure, requestErasure } from './request.ts';

/** Creates the operations that take requests to forget users, and show the receipts. */
export function createErasuresRoutes(parts: RequestParts): StageRoutes<'erasures'> {
  return {
    async forgetUser({ params: { user }, requestedBy }) {
      const erasure = await requestErasure([user], requestedBy, parts);
      const body: ErasureAccepted = { erasure, receipt: addressOf(erasure) };
      return { status: 202, headers: { location: body.receipt }, body };
    },
    async erasure({ params, onlyUser }) {
      const erasure = Number(params.erasure);
      const outcome = await readErasure(parts.lake, erasure);
      if (!outcome || !maySee(outcome, onlyUser, parts))
        throw new ProblemError('not-found', `There is no erasure ${erasure}`);
      return { status: 200, body: await stateOf(outcome, parts) };
    },
  };
}

const addressOf = (erasure: number): string => `/v1/erasures/${erasure}`;

const maySee = (
  { tombstones }: ErasureOutcome,
  onlyUser: string | undefined,
  { key, ids }: RequestParts,
): boolean => onlyUser === undefined || tombstones.users.includes(key.forgottenHash(ids.stored(onlyUser)));

async function stateOf(
  { tombstones: { erasure, untilMs }, receipt }: ErasureOutcome,
  { lake }: RequestParts,
): Promise<ErasureState> {
  const facts = { erasure, requestedAtMs: untilMs };
  if (receipt) return { ...facts, state: receipt.scan.found.length > 0 ? 'found' : 'finished', receipt };
  const progress = await readJson(lake, PROGRESS_KEY, Progress);
  return { ...facts, state: progress?.erasures.includes(erasure) ? 'working' : 'waiting', receipt: null };
}
