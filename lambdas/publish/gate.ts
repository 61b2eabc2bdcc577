import { grouped, highest, signed } from '../shared/contract/numbers.ts';
import {
  BASELINES,
  type Comparison,
  LIST_KINDS,
  type ListKind,
  type Metric,
} from '../shared/contract/quality.ts';
import type { Manifest, Publication } from '../shared/contract/schemas.ts';

/** The decision of the gate, with the reason for people. */
export type GateResult = Pick<Publication, 'decision' | 'reason'>;

/**
 * Fewest users for a decision by intervals. With fewer users the 95 % interval is unreliable. The Spark job has the same
 * number.
 */
export const MIN_USERS_TO_DECIDE = 50;
/** Fewest users for refusing a run that is worse than a baseline. With fewer users even that is unreliable. */
export const MIN_USERS_TO_REFUSE = 10;

interface Measured extends Comparison {
  readonly list: ListKind;
}

/**
 * Decides whether a run may be served. It must be better than the baselines and not worse than the served run.
 *
 * A difference in NDCG@10 per user is significant if its 95 % interval does not contain zero. A run is refused if:
 *
 * - it has no recommendations,
 * - one of its lists is significantly worse than that of the served run or than the best baseline, or
 * - none of its lists is significantly better than the best baseline.
 *
 * An exception to the last rule is a run whose lists are ordered by baselines, because no model was better. It is promoted
 * if no run is served, or if it is significantly better than the served run. A run that could not be measured is promoted.
 *
 * @param served The served run; null if there is none. A run that was compared with another run is evaluated by the
 *   baselines alone.
 */
export function evaluateGate(
  { gate, counts }: Pick<Manifest, 'gate' | 'counts'>,
  served: number | null,
): GateResult {
  if (counts.recommendations === 0) return refused('it has no recommendations');
  const measured = LIST_KINDS.flatMap((list): Measured[] => {
    const comparison = gate?.[list];
    return comparison ? [{ list, ...comparison }] : [];
  });
  if (measured.length === 0) return promoted('not measured: no user bought both before and in the holdout');
  const reliable = measured.filter(({ overBaseline: { n } }) => n >= MIN_USERS_TO_DECIDE);
  if (reliable.length === 0) return evaluateFewUsers(measured);
  const isCompared = served !== null && gate?.served === served;
  const result = evaluateLists(reliable, isCompared ? served : null, served);
  return served === null || isCompared
    ? result
    : { ...result, reason: `${result.reason}; not compared with the served run ${served}` };
}

function evaluateFewUsers(measured: readonly Measured[]): GateResult {
  const users = highest(measured.map(({ overBaseline: { n } }) => n));
  const few = `too few users to decide (${users}, at least ${MIN_USERS_TO_DECIDE} are needed)`;
  const worse = measured.find(({ overBaseline: over }) => over.n >= MIN_USERS_TO_REFUSE && isBelow(over));
  return worse
    ? refused(`${few}, but worse than a baseline: ${overBaseline(worse)}`)
    : promoted(`${few}, and not worse than the baselines`);
}

/** @param compared The run that the lists were compared with; null if there is none. */
function evaluateLists(
  lists: readonly Measured[],
  compared: number | null,
  served: number | null,
): GateResult {
  const overServed = (list: Measured): Metric | null => (compared === null ? null : list.overServed);
  const worse = lists.find((list) => isBelow(overServed(list)));
  if (worse?.overServed && compared !== null)
    return refused(`worse than run ${compared}: ${difference(worse.list, worse.overServed)}`);
  const worseThanBaseline = lists.find(({ overBaseline }) => isBelow(overBaseline));
  if (worseThanBaseline) return refused(`worse than a baseline: ${overBaseline(worseThanBaseline)}`);
  const numbers = [
    ...lists.map(overBaseline),
    ...lists.flatMap((list) => {
      const over = overServed(list);
      return over ? [`${difference(list.list, over)} over run ${compared}`] : [];
    }),
  ].join('; ');
  if (lists.some(({ overBaseline }) => isAbove(overBaseline)))
    return promoted(`better than the baselines: ${numbers}`);
  const isBaseline = lists.every(({ orderedBy }) => orderedBy in BASELINES);
  const isNeeded = served === null || lists.some((list) => isAbove(overServed(list)));
  if (isBaseline && isNeeded)
    return promoted(`no model is better than the baselines, so they order the lists: ${numbers}`);
  return refused(`not better than the baselines: ${numbers}`);
}

const isBelow = (metric: Metric | null): boolean => metric !== null && metric.high < 0;
const isAbove = (metric: Metric | null): boolean => metric !== null && metric.low > 0;

const overBaseline = ({ list, baseline, overBaseline: over }: Measured): string =>
  `${difference(list, over)} over ${BASELINES[baseline]}`;

/** `any +0.045 (+0.038 to +0.052, 1,394 users)` */
const difference = (list: ListKind, { value, low, high, n }: Metric): string =>
  `${list} ${signed(value)} (${signed(low)} to ${signed(high)}, ${grouped(n)} users)`;

const promoted = (reason: string): GateResult => ({ decision: 'promoted', reason });
const refused = (reason: string): GateResult => ({ decision: 'refused', reason });
