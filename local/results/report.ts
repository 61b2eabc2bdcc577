import { SHOP_PATH } from '../../lambdas/serve/shop/address.ts';
import { describeAfterNow } from '../../lambdas/shared/contract/after-now.ts';
import { describeCharges, whyEmpty } from '../../lambdas/shared/contract/charges.ts';
import { describeUntrained } from '../../lambdas/shared/contract/event-types.ts';
import { counted, grouped, highest, sum } from '../../lambdas/shared/contract/numbers.ts';
import {
  bestBaseline,
  LIST_KINDS,
  type Metric,
  type Quality,
} from '../../lambdas/shared/contract/quality.ts';
import type { UserSummary } from '../../lambdas/shared/contract/summaries.ts';
import { withListNames } from '../../lambdas/shared/web/lists.ts';
import { DOCS_PATH } from '../api/docs-page.ts';
import type { Purchase } from '../api/purchase.ts';
import { MAX_SENTENCE, printable } from '../terminal/printable.ts';
import { costSection, waitingProblem } from './cost-section.ts';
import { decisionOn } from './decisions.ts';
import { distinctSales } from './distinct-sales.ts';
import { latestRun, type Outcome, type SourceOutcome, type WindowOutcome } from './outcome.ts';
import { personalLines } from './personal-lines.ts';
import { purchaseSection } from './purchase-section.ts';
import { rejectedLines } from './rejected-lines.ts';
import { listTitle, named } from './report-names.ts';
import type { Milestone, Sightings } from './watch.ts';
import { INDENT, wrap } from './wrap.ts';

/** The values that the report of `npm start` is made of. */
export interface ReportFacts {
  /** Number of records that were put on the topic. */
  readonly produced: number;
  /** The source that keys have for the cluster of that topic. */
  readonly source: string;
  readonly outcome: Outcome;
  readonly sightings: Sightings;
  /** Seconds of each step before the first window, in order. */
  readonly preparation: Readonly<Record<string, number>>;
  readonly chartsUrl: string;
  /** Address of the API; undefined if the stack answers no requests. */
  readonly apiUrl?: string | undefined;
  /** The name of the user of `outcome.user`; by default the id as it is stored. */
  readonly userLabel?: string | undefined;
  /** A purchase that changed an answer, or why it did not; undefined if there was nothing to buy. */
  readonly purchase?: Purchase | { readonly problem: string } | undefined;
  /** Fields of sales that look personal, by field and kind, such as `userId email`; undefined if they were not counted. */
  readonly looksPersonal?: Readonly<Record<string, number>> | undefined;
}

/** Finds what went wrong. @returns One sentence per problem; empty if everything succeeded. */
export function problemsOf({ produced, source, outcome, purchase }: ReportFacts): string[] {
  const problems: string[] = [];
  const { stored, rejected } = countsOf(outcome, source);
  if (stored + rejected !== produced)
    problems.push(
      `${grouped(produced)} records were produced, but ${grouped(stored)} stored + ${grouped(rejected)} rejected make ${grouped(stored + rejected)}`,
    );
  for (const { window, manifest, failures } of outcome.windows)
    if (!manifest)
      problems.push(
        waitingProblem(outcome, window.window) ??
          `Window ${window.window} has no run: ${failures.join('; ') || 'it is not finished'}`,
      );
  if (outcome.windows.length === 0) problems.push('No window was cut: there was nothing to train on');
  if (purchase && 'problem' in purchase) problems.push(purchase.problem);
  return [...problems, ...trainingProblems(outcome)];
}

function trainingProblems(outcome: Outcome): string[] {
  const trained = latestRun(outcome)?.manifest;
  if (!trained) return [];
  const problems: string[] = [];
  const { run, inputs } = trained;
  const isRefused = decisionOn(run, outcome.decisions)?.decision === 'refused';
  if (outcome.current?.run !== run && !isRefused)
    problems.push(`Run ${run} is finished, but ${servedRun(outcome)} is served`);
  const sources = [...outcome.sources.values()];
  const cut = sum(sources.map((counts) => counts.cut));
  const read = distinctSales(inputs);
  // Sales of forgotten users are left out, or no longer in the batches that the windows name by their first counts.
  if (inputs.tombstones === null ? cut !== read : read > cut)
    problems.push(`Run ${run} read ${grouped(read)} sales, but its windows hold ${grouped(cut)}`);
  const missing = whyEmpty(inputs);
  if (missing !== undefined) problems.push(`Run ${run} was trained on nothing: ${missing}`);
  const untrained = sum(sources.map(({ stored, cut }) => stored - cut));
  if (untrained > 0) problems.push(`Run ${run} was not trained on ${counted(untrained, 'stored sale')}`);
  return problems;
}

const servedRun = ({ current }: Outcome): string => (current?.run ? `run ${current.run}` : 'no run');

/** Returns why there is nothing to export, as a sentence for people; undefined if a run is served. */
export function exportProblem({ current, decisions }: Outcome): string | undefined {
  if (current?.run) return undefined;
  const last = decisions.at(-1);
  return last?.decision === 'refused'
    ? `nothing is exported: run ${last.run} was refused, and no run is served`
    : 'nothing is exported: no run is served';
}

/** Makes the report of `npm start`: plain text, at most 110 columns. */
export function formatReport(facts: ReportFacts): string {
  const { outcome, chartsUrl, apiUrl } = facts;
  const sections = [
    salesSection(facts),
    windowsSection(facts),
    qualitySection(outcome),
    decisionsSection(outcome),
    costSection(outcome),
    userSection(facts),
    purchaseSection(facts),
    [
      `Charts    ${chartsUrl}`,
      ...(apiUrl === undefined ? [] : [`API       ${apiUrl}${DOCS_PATH}`, `Shop      ${apiUrl}${SHOP_PATH}`]),
    ].join('\n'),
  ];
  const problems = problemsOf(facts).map((problem) => wrap(`! ${printable(problem, MAX_SENTENCE)}`, '  '));
  return [...sections, ...problems].filter((section) => section !== '').join('\n\n');
}

const NOTHING: SourceOutcome = { stored: 0, cut: 0, rejected: [] };

/** Counts the records of one source, and the stored sales of all others (`earlier`). */
function countsOf({ sources }: Outcome, source: string) {
  const { stored, rejected } = sources.get(source) ?? NOTHING;
  return {
    stored,
    rejected: sum(rejected.map((kind) => kind.count)),
    earlier: sum([...sources.values()].map((counts) => counts.stored)) - stored,
  };
}

function salesSection({ produced, source, outcome, looksPersonal }: ReportFacts): string {
  const { stored, rejected, earlier } = countsOf(outcome, source);
  const sign = stored + rejected === produced ? '=' : '≠';
  const kinds = outcome.sources.get(source)?.rejected ?? [];
  const lines = [
    `Sales     ${grouped(produced)} produced ${sign} ${grouped(stored)} stored + ${grouped(rejected)} rejected`,
    ...rejectedLines(kinds),
    ...personalLines(looksPersonal),
    ...(earlier > 0 ? [`${INDENT}${grouped(earlier)} more stored from an earlier broker`] : []),
  ];
  return lines.join('\n');
}

function windowsSection({ outcome, sightings, preparation }: ReportFacts): string {
  const prepared = Object.entries(preparation).map(([part, seconds]) => `${part} ${duration(seconds)}`);
  const lines = [wrap(`Seconds   ${prepared.join(', ')}`, INDENT)];
  for (const { window, manifest, thresholdSeconds } of outcome.windows) {
    const seen = sightings.get(window.window);
    const wasCutNow = !Number.isNaN(seen?.get('cut') ?? Number.NaN);
    const parts = [
      ['threshold', wasCutNow ? thresholdSeconds : undefined],
      ['train', between(seen, 'cut', 'trained')],
      ['publish', between(seen, 'trained', 'decided')],
      ['render', between(seen, 'decided', 'rendered')],
    ] as const;
    const times = parts.flatMap(([stage, seconds]) =>
      seconds === undefined || Number.isNaN(seconds) ? [] : [`${stage} ${duration(seconds)}`],
    );
    const steps = Object.entries(manifest?.seconds ?? {}).map(
      ([step, seconds]) => `${printable(step)} ${duration(seconds)}`,
    );
    lines.push(
      '',
      wrap(`${`Window ${window.window}`.padEnd(10)}${printable(window.reason.text, MAX_SENTENCE)}`, INDENT),
      ...(manifest ? [wrap(trainedOn(manifest), INDENT), ...notesOn(manifest)] : []),
      `${INDENT}${times.join(', ') || 'from an earlier start'}`,
      ...(steps.length > 0 ? [wrap(`job: ${steps.join(', ')}`, INDENT)] : []),
    );
  }
  return lines.join('\n');
}

const trainedOn = ({ counts, inputs }: NonNullable<WindowOutcome['manifest']>): string =>
  counts.products === 0
    ? `read ${counted(inputs.interactions, 'sale')}, but nothing to recommend is left of them, such as a purchase that was not returned`
    : `trained on ${grouped(inputs.interactions)} sales of ${grouped(counts.products)} products to ${grouped(counts.users)} users`;

/** Names the sales that are missing from training because of their type or as charges, and counts those that are dated after "now". */
const notesOn = (manifest: NonNullable<WindowOutcome['manifest']>): string[] =>
  [
    describeUntrained(manifest.inputs),
    describeCharges(manifest.inputs.charges),
    describeAfterNow(manifest),
  ].flatMap((note) => (note === undefined ? [] : [wrap(printable(note, MAX_SENTENCE), INDENT)]));

function qualitySection({ windows }: Outcome): string {
  const lines = [
    'Quality   NDCG@10 (95 % interval) of model and best baseline, on the newest sales, held out of training',
  ];
  for (const { manifest } of windows)
    if (manifest)
      for (const [index, list] of LIST_KINDS.entries()) {
        const label = index === 0 ? `Run ${manifest.run}` : '';
        lines.push(`${label.padEnd(10)}${listTitle(list)}: ${qualityOf(manifest.quality[list])}`);
      }
  return lines.length > 1 ? lines.join('\n') : '';
}

function qualityOf(quality: Quality['any']): string {
  if (!quality) return 'not measured, because no sales could be held out';
  const { name, ndcg } = bestBaseline(quality);
  const ratio = ndcg.value > 0 ? `, ${(quality.model.value / ndcg.value).toFixed(1)}x` : '';
  return `${metric(quality.model)}, ${name} ${metric(ndcg)}${ratio}, ${counted(quality.model.n, 'user')}`;
}

const metric = ({ value, low, high }: Metric): string =>
  `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;

/** The decision on each run, with its reason. */
const decisionsSection = ({ decisions }: Outcome): string =>
  decisions
    .map(({ run, decision, reason }, index) =>
      wrap(
        `${index === 0 ? 'Gate      ' : ''}run ${run} ${decision}: ${printable(withListNames(reason), MAX_SENTENCE)}`,
        INDENT,
      ),
    )
    .join('\n');

const SHOWN_PRODUCTS = 5;

function userSection({ outcome: { user }, userLabel }: ReportFacts): string {
  if (!user) return '';
  const bought = [...new Set(user.bought.map(named))].slice(0, SHOWN_PRODUCTS).join(', ');
  const heading = wrap(`${'User'.padEnd(10)}${printable(userLabel ?? user.user)} bought ${bought}`, INDENT);
  return `${heading}\n${formatLists(user.recommended)}`;
}

/** Makes a table of both lists of a user next to each other: the first five products of each, after a line of titles. */
export function formatLists(recommended: UserSummary['users'][number]['recommended']): string {
  const [topPicks, discoveries] = LIST_KINDS.map((list) =>
    recommended.filter((row) => row.list === list).slice(0, SHOWN_PRODUCTS),
  );
  const width =
    highest(
      (topPicks ?? []).map((row) => named(row).length),
      listTitle('any').length,
    ) + 2;
  const rows = Array.from(
    { length: Math.max(topPicks?.length ?? 0, discoveries?.length ?? 0) },
    (_, index) =>
      `${String(index + 1).padStart(12)}  ${nameAt(topPicks, index).padEnd(width)}${nameAt(discoveries, index)}`,
  );
  return [
    `              ${listTitle('any').padEnd(width)}${listTitle('new')}`,
    ...rows.map((row) => row.trimEnd()),
  ].join('\n');
}

type Product = Parameters<typeof named>[0];

function nameAt(list: readonly Product[] | undefined, index: number): string {
  const product = list?.[index];
  return product ? named(product) : '';
}

function between(
  seen: ReadonlyMap<Milestone, number> | undefined,
  from: Milestone,
  to: Milestone,
): number | undefined {
  const [start, end] = [seen?.get(from), seen?.get(to)];
  return start === undefined || end === undefined ? undefined : Math.max(0, end - start) / 1000;
}

const duration = (seconds: number): string => `${seconds.toFixed(1)} s`;
