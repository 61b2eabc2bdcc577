import { whyEmpty } from '../shared/contract/charges.ts';
import { counted, highest, signed } from '../shared/contract/numbers.ts';
import {
  BASELINES,
  type Comparison,
  LIST_KINDS,
  type ListKind,
  type Metric,
} from '../shared/contract/quality.ts';
import type { Added, Manifest, Publication } from '../shared/contract/schemas.ts';
import { describeAdded, needFor } from './added.ts';

/** The decision of the gate, with the reason for people. */
export type GateResult = Pick<Publication, 'decision' | 'reason'>;

/**
 * Fewest users for a decision by intervals. With fewer users the 95 % interval is unreliable. The Spark job has the same
 * number.
 */
export const MIN_USERS_TO_DECIDE = 50;
/** Fewest users for refusing a run that is worse than a baseline or the served run. With fewer users even that is unreliable. */
export const MIN_USERS_TO_REFUSE = 10;

interface Measured extends Comparison {
  readonly list: ListKind;
  /** NDCG@10 of the list; 0 if it is not known. */
  readonly ndcg: number;
}

/**
 * Decides whether a run may be served.
 *
 * A difference in NDCG@10 per user is significant if its 95 % interval does not contain zero. A run is refused if:
 *
 * - it has no recommendations,
 * - one of its lists is significantly worse than that of the served run, for the users to whom that run gives a list,
 * - one of its lists is significantly worse than the best baseline, or
 * - it is neither better nor needed.
 *
 * A run is better if one of its lists is significantly better than the best baseline, or than what users get from the served
 * run, which is nothing for users whom that run does not know. It is needed if no run is served, or if it adds enough to the
 * served run, or if the served run is old: see {@link needFor}.
 *
 * A list that is ordered by a baseline, because no model was better, is harmless: a popular list is better than none. So it
 * may be worse than another baseline if the run is better than the served run or needed; and it may be worse than the list of
 * the served run if what the users without a list gain outweighs what the others may lose. A run that could not be measured is
 * promoted.
 *
 * With fewer than {@link MIN_USERS_TO_DECIDE} users a run is promoted unless a list is significantly worse for at least
 * {@link MIN_USERS_TO_REFUSE} of them.
 *
 * @param served The served run; null if there is none. A run that was compared with another run is evaluated by the
 *   baselines and by what it adds alone.
 * @param added What the run adds to the served one; null if that is not known.
 */
export function evaluateGate(
  {
    gate,
    counts,
    quality,
    inputs,
  }: Pick<Manifest, 'gate' | 'counts'> & Partial<Pick<Manifest, 'quality' | 'inputs'>>,
  served: number | null,
  added: Added | null = null,
): GateResult {
  if (counts.recommendations === 0) return refused(withoutRecommendations(inputs));
  const measured = LIST_KINDS.flatMap((list): Measured[] => {
    const comparison = gate?.[list];
    return comparison ? [{ list, ndcg: quality?.[list]?.model.value ?? 0, ...comparison }] : [];
  });
  if (measured.length === 0) return promoted('not measured: no user bought both before and in the holdout');
  const isCompared = served !== null && gate?.served === served;
  const situation: Situation = {
    served,
    compared: isCompared ? served : null,
    need: served === null ? 'no run is served' : added ? needFor(added, counts) : undefined,
    outweighs: (ndcg, loss) =>
      added !== null && added.users * ndcg > Math.max(0, counts.users - added.users) * loss,
    tooLittle: added ? `; ${describeAdded(added, counts)}` : '',
  };
  const reliable = measured.filter(({ overBaseline: { n } }) => n >= MIN_USERS_TO_DECIDE);
  const result =
    reliable.length === 0 ? evaluateFewUsers(measured, situation) : evaluateLists(reliable, situation);
  return served === null || isCompared
    ? result
    : { ...result, reason: `${result.reason}; not compared with the served run ${served}` };
}

function withoutRecommendations(inputs: Manifest['inputs'] | undefined): string {
  const untrained = inputs && whyEmpty(inputs);
  return ['it has no recommendations', ...(untrained ? [untrained] : [])].join(': ');
}

interface Situation {
  readonly served: number | null;
  /** The served run, if the lists were compared with it. */
  readonly compared: number | null;
  /** Why a run that is not worse should be served, for people; undefined if it need not. */
  readonly need: string | undefined;
  /**
   * Returns true if lists of this NDCG@10 for the users whom the served run does not know gain more than the others lose, all
   * users together.
   *
   * @param loss NDCG@10 per user, above 0.
   */
  readonly outweighs: (ndcg: number, loss: number) => boolean;
  /** What the run adds, as the end of the reason for a refusal. */
  readonly tooLittle: string;
}

function evaluateFewUsers(measured: readonly Measured[], situation: Situation): GateResult {
  const { compared, need } = situation;
  const users = highest(measured.map(({ overBaseline: { n } }) => n));
  const few = `too few users to decide (${users}, at least ${MIN_USERS_TO_DECIDE} are needed)`;
  const lists = measured.filter(({ overBaseline: { n } }) => n >= MIN_USERS_TO_REFUSE);
  const harm = harmOf(lists, situation);
  if (harm !== undefined) return refused(`${few}, but ${harm}`);
  const excused = [
    ...lossesOf(lists, situation).map(
      ({ list, over }) =>
        `worse than run ${compared}, but users without a list gain more: ${difference(list.list, over)}`,
    ),
    ...(lists.some(isBelowBaseline)
      ? [`worse than a baseline, but ${need ?? `better than run ${compared}`}`]
      : []),
  ];
  return promoted(`${[few, ...excused].join('; ')}: ${measured.map(overBaseline).join('; ')}`);
}

function evaluateLists(lists: readonly Measured[], situation: Situation): GateResult {
  const { served, compared, need, tooLittle } = situation;
  const harm = harmOf(lists, situation);
  if (harm !== undefined) return refused(harm);
  const losses = lossesOf(lists, situation);
  const numbers = [
    ...lists.map(overBaseline),
    ...lists.flatMap((list) => {
      const over = compared === null ? null : list.overServed;
      return over ? [`${difference(list.list, over)} over run ${compared}`] : [];
    }),
  ].join('; ');
  const needed = served !== null && need !== undefined ? `; ${need}` : '';
  if (lists.some((list) => isAbove(list.overBaseline)))
    return promoted(`better than the baselines: ${numbers}${needed}`);
  const notBetter = lists.every(isBaseline)
    ? 'no model is better than the baselines, so they order the lists'
    : 'not better than the baselines';
  if (isBetterThanServed(lists, situation) || (served === null && lists.every(isBaseline)))
    return promoted(`${notBetter}: ${numbers}${needed}`);
  return need === undefined
    ? refused(`not better than the baselines: ${numbers}${tooLittle}`)
    : promoted(
        `${notBetter}, but ${need}${losses.length > 0 ? ', which outweighs what its own users may lose' : ''}: ${numbers}`,
      );
}

/**
 * Returns why a run would do harm: a list is significantly worse than that of the served run, or than the best baseline. Undefined
 * if no list is, or what it costs is excused; see {@link evaluateGate}.
 */
function harmOf(lists: readonly Measured[], situation: Situation): string | undefined {
  const { compared, need } = situation;
  const loss = lossesOf(lists, situation).find((found) => isHarmful(found, situation));
  if (loss) return `worse than run ${compared}: ${difference(loss.list.list, loss.over)}`;
  const isExcused = need !== undefined || isBetterThanServed(lists, situation);
  const worse = lists.find((list) => isBelowBaseline(list) && !(isBaseline(list) && isExcused));
  return worse && `worse than a baseline: ${overBaseline(worse)}`;
}

const isBetterThanServed = (lists: readonly Measured[], { compared }: Situation): boolean =>
  compared !== null && lists.some(({ overServed }) => isAbove(overServed));

const isBelowBaseline = ({ overBaseline: over }: Measured): boolean => isBelow(over);

const isBaseline = ({ orderedBy }: Measured): boolean => orderedBy in BASELINES;

/** A list that is significantly worse than that of the served run, and the difference. */
interface Loss {
  readonly list: Measured;
  readonly over: Metric;
}

/**
 * Returns the lists that are significantly worse than those of the served run, for the users to whom that run gives a list;
 * in a run that was not measured so, for all users.
 */
const lossesOf = (lists: readonly Measured[], { compared }: Situation): Loss[] =>
  lists.flatMap((list) => {
    const { overServed, overServedLists } = list;
    const over = overServedLists === undefined ? overServed : overServedLists;
    const isReliable = over !== null && over.n >= MIN_USERS_TO_REFUSE;
    return compared !== null && isReliable && isBelow(over) ? [{ list, over }] : [];
  });

/** Returns true unless a baseline orders the list and other users gain more by it. */
const isHarmful = ({ list, over }: Loss, { outweighs }: Situation): boolean =>
  !(isBaseline(list) && outweighs(list.ndcg, -over.low));

const isBelow = (metric: Metric | null): boolean => metric !== null && metric.high < 0;
const isAbove = (metric: Metric | null): boolean => metric !== null && metric.low > 0;

const overBaseline = ({ list, baseline, overBaseline: over }: Measured): string =>
  `${difference(list, over)} over ${BASELINES[baseline]}`;

/** `any +0.045 (+0.038 to +0.052, 1,394 users)` */
const difference = (list: ListKind, { value, low, high, n }: Metric): string =>
  `${list} ${signed(value)} (${signed(low)} to ${signed(high)}, ${counted(n, 'user')})`;

const promoted = (reason: string): GateResult => ({ decision: 'promoted', reason });
const refused = (reason: string): GateResult => ({ decision: 'refused', reason });
