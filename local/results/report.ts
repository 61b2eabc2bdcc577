import { grouped, highest, sum } from '../../lambdas/shared/contract/numbers.ts';
import {
  bestBaseline,
  LIST_KINDS,
  type Metric,
  type Quality,
} from '../../lambdas/shared/contract/quality.ts';
import type { UserSummary } from '../../lambdas/shared/contract/summaries.ts';
import { printable } from '../terminal/printable.ts';
import { decisionOn } from './decisions.ts';
import { latestRun, type Outcome, type SourceOutcome, type WindowOutcome } from './outcome.ts';
import type { Milestone, Sightings } from './watch.ts';

/** What the terminal shows when a run is over. */
export interface ReportFacts {
  /** Records that were put on the topic. */
  readonly produced: number;
  /** The cluster of that topic, as the bucket names it. */
  readonly source: string;
  readonly outcome: Outcome;
  readonly sightings: Sightings;
  /** Seconds of the parts before the first window, in order. */
  readonly preparation: Readonly<Record<string, number>>;
  readonly chartsUrl: string;
}

/** What is not as it should be, one sentence each; empty if the run is a success. */
export function problemsOf({ produced, source, outcome }: ReportFacts): string[] {
  const problems: string[] = [];
  const { stored, rejected } = countsOf(outcome, source);
  if (stored + rejected !== produced)
    problems.push(
      `${grouped(produced)} records were produced, but ${grouped(stored)} stored + ${grouped(rejected)} rejected make ${grouped(stored + rejected)}`,
    );
  for (const { window, manifest, failures } of outcome.windows)
    if (!manifest)
      problems.push(`Window ${window.window} has no run: ${failures.join('; ') || 'it is not finished'}`);
  if (outcome.windows.length === 0) problems.push('No window was cut: there was nothing to train on');
  return [...problems, ...trainingProblems(outcome)];
}

function trainingProblems(outcome: Outcome): string[] {
  const trained = latestRun(outcome)?.manifest;
  if (!trained) return [];
  const problems: string[] = [];
  const { run, inputs } = trained;
  const isRefused = decisionOn(run, outcome.decisions)?.decision === 'refused';
  if (outcome.current?.run !== run && !isRefused)
    problems.push(`Run ${run} is finished, but run ${outcome.current?.run ?? 'none'} is served`);
  const sources = [...outcome.sources.values()];
  const cut = sum(sources.map((of) => of.cut));
  const seen = inputs.interactions + inputs.unweighted;
  if (cut !== seen)
    problems.push(`Run ${run} has read ${grouped(seen)} sales, but its windows hold ${grouped(cut)}`);
  const untrained = sum(sources.map((of) => of.stored - of.cut));
  if (untrained > 0)
    problems.push(`${grouped(untrained)} stored sales are not among those that run ${run} was trained on`);
  return problems;
}

/** The report, ready to be printed: plain text, at most 110 columns. */
export function formatReport(facts: ReportFacts): string {
  const { outcome, chartsUrl } = facts;
  const sections = [
    salesSection(facts),
    windowsSection(facts),
    qualitySection(outcome),
    decisionsSection(outcome),
    userSection(outcome),
    `Charts    ${chartsUrl}`,
  ];
  const problems = problemsOf(facts).map((problem) => wrap(`! ${printable(problem, MAX_PROBLEM)}`, '  '));
  return [...sections, ...problems].filter((section) => section !== '').join('\n\n');
}

/** What a Spark job fails with may be a whole stack trace. */
const MAX_PROBLEM = 1000;

const NOTHING: SourceOutcome = { stored: 0, cut: 0, rejected: [] };

/** Of the records of one source; `elsewhere` are the sales of all others. */
function countsOf({ sources }: Outcome, source: string) {
  const { stored, rejected } = sources.get(source) ?? NOTHING;
  return {
    stored,
    rejected: sum(rejected.map((kind) => kind.count)),
    elsewhere: sum([...sources.values()].map((of) => of.stored)) - stored,
  };
}

function salesSection({ produced, source, outcome }: ReportFacts): string {
  const { stored, rejected, elsewhere } = countsOf(outcome, source);
  const sign = stored + rejected === produced ? '=' : '≠';
  const kinds = outcome.sources.get(source)?.rejected ?? [];
  const why = kinds.map(({ kind, count: n }) => `${printable(kind)} ${grouped(n)}`).join(', ');
  const lines = [
    `Sales     ${grouped(produced)} produced ${sign} ${grouped(stored)} stored + ${grouped(rejected)} rejected`,
    ...(rejected > 0 ? [wrap(`rejected: ${why}`, INDENT)] : []),
    ...(elsewhere > 0 ? [`${INDENT}${grouped(elsewhere)} from an earlier broker`] : []),
  ];
  return lines.join('\n');
}

function windowsSection({ outcome, sightings, preparation }: ReportFacts): string {
  const prepared = Object.entries(preparation).map(([part, seconds]) => `${part} ${duration(seconds)}`);
  const lines = [wrap(`Seconds   ${prepared.join(', ')}`, INDENT)];
  for (const { window, manifest, thresholdSeconds } of outcome.windows) {
    const seen = sightings.get(window.window);
    const isOfThisStart = !Number.isNaN(seen?.get('cut') ?? Number.NaN);
    const parts = [
      ['threshold', isOfThisStart ? thresholdSeconds : undefined],
      ['train', between(seen, 'cut', 'trained')],
      ['publish', between(seen, 'trained', 'published')],
      ['render', between(seen, 'published', 'rendered')],
    ] as const;
    const times = parts.flatMap(([stage, seconds]) =>
      seconds === undefined || Number.isNaN(seconds) ? [] : [`${stage} ${duration(seconds)}`],
    );
    const steps = Object.entries(manifest?.seconds ?? {}).map(
      ([step, seconds]) => `${printable(step)} ${duration(seconds)}`,
    );
    lines.push(
      '',
      wrap(`${`Window ${window.window}`.padEnd(10)}${printable(window.reason.text, MAX_PROBLEM)}`, INDENT),
      ...(manifest ? [`${INDENT}${trainedOn(manifest)}`] : []),
      `${INDENT}${times.join(', ') || 'from an earlier start'}`,
      ...(steps.length > 0 ? [wrap(`job: ${steps.join(', ')}`, INDENT)] : []),
    );
  }
  return lines.join('\n');
}

const trainedOn = ({ counts, inputs }: NonNullable<WindowOutcome['manifest']>): string =>
  `trained on ${grouped(inputs.interactions)} sales of ${grouped(counts.products)} products to ${grouped(counts.users)} users`;

function qualitySection({ windows }: Outcome): string {
  const lines = [
    'Quality   NDCG@10, the model beside the best baseline, on the newest sales that training had not seen',
  ];
  for (const { manifest } of windows)
    if (manifest)
      for (const list of ['any', 'new'] as const) {
        const quality = manifest.quality[list];
        lines.push(
          quality
            ? `          run ${manifest.run}, ${list}: ${besideBest(quality)}, ${grouped(quality.model.n)} users`
            : `          run ${manifest.run}, ${list}: no holdout could be made`,
        );
      }
  return lines.length > 1 ? lines.join('\n') : '';
}

/** Of nothing there is no multiple. */
function besideBest(quality: NonNullable<Quality['any']>): string {
  const { name, ndcg } = bestBaseline(quality);
  const times = ndcg.value > 0 ? `, ${(quality.model.value / ndcg.value).toFixed(1)}x` : '';
  return `${metric(quality.model)} beside ${metric(ndcg)} by ${name}${times}`;
}

const metric = ({ value, low, high }: Metric): string =>
  `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;

/** Why each run is served, or is not. */
const decisionsSection = ({ decisions }: Outcome): string =>
  decisions
    .map(({ run, decision, reason }, index) =>
      wrap(
        `${index === 0 ? 'Gate      ' : ''}run ${run} ${decision}: ${printable(reason, MAX_PROBLEM)}`,
        INDENT,
      ),
    )
    .join('\n');

const SHOWN_PRODUCTS = 5;

function userSection({ user }: Outcome): string {
  if (!user) return '';
  const bought = [...new Set(user.bought.map(named))].slice(0, SHOWN_PRODUCTS).join(', ');
  const heading = wrap(`${'User'.padEnd(10)}${printable(user.user)} bought ${bought}`, INDENT);
  return `${heading}\n${formatLists(user.recommended)}`;
}

/** Both lists side by side, each from its first place on. */
export function formatLists(recommended: UserSummary['users'][number]['recommended']): string {
  const [any, fresh] = LIST_KINDS.map((list) =>
    recommended.filter((row) => row.list === list).slice(0, SHOWN_PRODUCTS),
  );
  const width =
    highest(
      (any ?? []).map((row) => named(row).length),
      3,
    ) + 2;
  const rows = Array.from(
    { length: Math.max(any?.length ?? 0, fresh?.length ?? 0) },
    (_, place) =>
      `${String(place + 1).padStart(12)}  ${nameAt(any, place).padEnd(width)}${nameAt(fresh, place)}`,
  );
  return [
    `              ${'any'.padEnd(width)}new (never bought before)`,
    ...rows.map((row) => row.trimEnd()),
  ].join('\n');
}

type Product = { readonly name: string | null; readonly product: string };

const named = ({ name, product }: Product): string => printable(name ? `${name} (${product})` : product);

function nameAt(list: readonly Product[] | undefined, place: number): string {
  const product = list?.[place];
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

const COLUMNS = 110;
const INDENT = ' '.repeat(10);

/**
 * Breaks text behind commas and colons, and what is then still too long at spaces. The first line is indented too unless
 * it brings its own heading.
 */
function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = /^(\S+( \d+)? {2,}|! )/.test(text) ? '' : indent;
  const put = (words: string): void => {
    if (line.trim() !== '' && line.length + words.length >= COLUMNS) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += line === indent || line === '' ? words : ` ${words}`;
  };
  for (const clause of text.split(/(?<=[,:]) (?=\S)/))
    for (const words of indent.length + clause.length >= COLUMNS ? clause.split(/ (?=\S)/) : [clause])
      put(words);
  return [...lines, line.trimEnd()].join('\n');
}
