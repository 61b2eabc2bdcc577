import {
  BASELINES,
  type Comparison,
  LIST_KINDS,
  type ListKind,
  type Metric,
} from '../shared/contract/quality.ts';
import type { Manifest, Publication } from '../shared/contract/schemas.ts';
import { highest } from '../shared/platform/numbers.ts';

export type Verdict = Pick<Publication, 'decision' | 'reason'>;

/** Fewer users in a holdout say too little: the interval of a mean over them is no interval yet. */
export const LEAST_USERS = 50;
/** Of fewer even that a run is worse cannot be told. */
export const NO_USERS = 10;

interface Measured extends Comparison {
  readonly list: ListKind;
}

/**
 * Whether a run may be served: only what is better than doing without a model, and not worse than what is served.
 *
 * "Significantly" means that the 95 % interval of the paired difference in NDCG@10 lies on one side of zero. A run is
 * refused if it recommends nothing, if one of its lists is significantly worse than the served run's or than the best baseline, or if none is
 * significantly better than the best baseline. A run whose lists are those of the baselines, for nothing beat them, is
 * served where nothing else is, or where it is significantly better than that.
 *
 * @param served What is served now; a run that was compared with another one is judged by the baselines alone.
 */
export function judge({ gate, counts }: Pick<Manifest, 'gate' | 'counts'>, served: number | null): Verdict {
  if (counts.recommendations === 0) return refused('it recommends nothing');
  const measured = LIST_KINDS.flatMap((list): Measured[] => {
    const comparison = gate?.[list];
    return comparison ? [{ list, ...comparison }] : [];
  });
  if (measured.length === 0) return promoted('nothing could be measured: no user bought before and after');
  const telling = measured.filter(({ overBaseline: { n } }) => n >= LEAST_USERS);
  if (telling.length === 0) return judgeFew(measured);
  const isCompared = served !== null && gate?.served === served;
  const beside = (verdict: Verdict): Verdict =>
    served === null || isCompared
      ? verdict
      : { ...verdict, reason: `${verdict.reason}; not compared with run ${served}, which is served` };
  return beside(judgeLists(telling, isCompared ? served : null, served));
}

function judgeFew(measured: readonly Measured[]): Verdict {
  const users = highest(measured.map(({ overBaseline: { n } }) => n));
  const few = `too few users to decide, ${users} of the ${LEAST_USERS} that it takes`;
  const worse = measured.find(({ overBaseline: over }) => over.n >= NO_USERS && isBelow(over));
  return worse ? refused(`${few}: ${overBaseline(worse)}`) : promoted(`${few}: not worse than the baselines`);
}

/** @param compared The run that it was compared with; null: none. */
function judgeLists(lists: readonly Measured[], compared: number | null, served: number | null): Verdict {
  const overServed = (list: Measured): Metric | null => (compared === null ? null : list.overServed);
  const worse = lists.find((list) => isBelow(overServed(list)));
  if (worse?.overServed && compared !== null)
    return refused(`worse than run ${compared}: ${difference(worse.list, worse.overServed)}`);
  const worthless = lists.find(({ overBaseline }) => isBelow(overBaseline));
  if (worthless) return refused(`worse than a baseline: ${overBaseline(worthless)}`);
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
    return promoted(`nothing beats the baselines here, so the lists are theirs: ${numbers}`);
  return refused(`not better than the baselines: ${numbers}`);
}

const isBelow = (metric: Metric | null): boolean => metric !== null && metric.high < 0;
const isAbove = (metric: Metric | null): boolean => metric !== null && metric.low > 0;

const overBaseline = ({ list, baseline, overBaseline: over }: Measured): string =>
  `${difference(list, over)} over ${BASELINES[baseline]}`;

/** `any +0.045 (+0.038 to +0.052, 1,394 users)` */
const difference = (list: ListKind, { value, low, high, n }: Metric): string =>
  `${list} ${signed(value)} (${signed(low)} to ${signed(high)}, ${n.toLocaleString('en-US')} users)`;

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

const promoted = (reason: string): Verdict => ({ decision: 'promoted', reason });
const refused = (reason: string): Verdict => ({ decision: 'refused', reason });
