import type { z } from 'zod';
import {
  BASELINES,
  LIST_KINDS,
  type ListKind,
  type Metric,
  type Scorers,
} from '../../lambdas/shared/contract/quality.ts';
import { OUTSIDE_SCORERS, type Outside, type OutsideScorer } from './outside.ts';
import type { Measured } from './project.ts';
import { PROTOCOL_NAMES, PROTOCOLS, type ProtocolName } from './protocols.ts';

export type MeasuredByProtocol = Readonly<Record<ProtocolName, Measured>>;

type Part = keyof z.infer<typeof Scorers>;
/** Display names of the parts of a run's metrics. */
const PARTS: Readonly<Record<Part, string>> = {
  model: 'Cartograph',
  served: 'the served run',
  ...BASELINES,
  matrixFactorisation: 'matrix factorisation',
};
const COLUMNS = PROTOCOL_NAMES.flatMap((protocol) =>
  LIST_KINDS.map((list): Column => ({ protocol, list, title: `${protocol} ${list}` })),
);
interface Column {
  readonly protocol: ProtocolName;
  readonly list: ListKind;
  readonly title: string;
}

/**
 * Returns a Markdown table of NDCG@10: the outside models, weakest kind first, then the project.
 *
 * @param outside The results of the outside models; if undefined, the project is the only row.
 */
export function yardstickTable(project: MeasuredByProtocol, outside: Outside | undefined): string {
  const names = outside ? (Object.keys(OUTSIDE_SCORERS) as OutsideScorer[]) : [];
  const row = (title: string, cellOf: (column: Column) => string): string =>
    `| ${[title, ...COLUMNS.map(cellOf)].join(' | ')} |`;
  const ours = ({ protocol, list }: Column): Metric | undefined =>
    project[protocol].metrics[list]?.model['ndcg@10'];
  return [
    row('NDCG@10', ({ title }) => title),
    `|${'---|'.repeat(COLUMNS.length + 1)}`,
    ...names.map((name) =>
      row(OUTSIDE_SCORERS[name], ({ protocol, list }) =>
        metric(outside?.protocols[protocol]?.scorers[name][list]),
      ),
    ),
    row(`**${PARTS.model}**`, (column) => metric(ours(column))),
    row('users', (column) => String(ours(column)?.n ?? '–')),
  ].join('\n');
}

/**
 * Compares the popularity scorer, which both sides measure. They share no code, so a difference is a mistake in one of
 * them.
 *
 * @returns One line for each protocol and list.
 */
export const agreement = (project: MeasuredByProtocol, outside: Outside): string[] =>
  COLUMNS.map(({ protocol, list, title }) => {
    const job = project[protocol].metrics[list]?.popularity['ndcg@10'];
    const other = outside.protocols[protocol]?.scorers.popularity[list];
    return `${title}: popularity ${figure(job)} by the job, ${figure(other)} outside; users ${job?.n ?? '–'} and ${other?.n ?? '–'}`;
  });

/** Returns a Markdown table of every metric of the job's scorers on one protocol. */
export function scorersTable({ metrics }: Measured): string {
  const rows = LIST_KINDS.flatMap((list) =>
    Object.entries(metrics[list] ?? {}).map(
      ([part, measured]) =>
        `| ${list} | ${PARTS[part as Part]} | ${metric(measured['ndcg@10'])} | ${metric(measured['recall@10'])} | ${metric(measured['map@10'])} | ${metric(measured['hitRate@10'])} | ${measured['novelty@10']?.value.toFixed(2) ?? '–'} | ${measured['coverage@10'].toFixed(3)} | ${measured['ndcg@10'].n} |`,
    ),
  );
  return [
    '| list | scorer | NDCG@10 | recall@10 | MAP@10 | hit rate@10 | novelty@10, bits | coverage@10 | users |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** Describes each protocol, and the parameters that the outside models chose on it. */
export const chosenLines = (outside: Outside): string[] =>
  PROTOCOL_NAMES.flatMap((protocol) => [
    `${protocol}: ${PROTOCOLS[protocol].title}`,
    ...Object.entries(outside.protocols[protocol]?.scorers ?? {}).flatMap(([name, { chosen }]) =>
      Object.entries(chosen ?? {}).map(
        ([list, parameters]) =>
          `  ${OUTSIDE_SCORERS[name as OutsideScorer]}, ${list}: ${formatParameters(parameters)}`,
      ),
    ),
  ]);

const formatParameters = (parameters: Readonly<Record<string, unknown>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name.replaceAll('_', ' ')} ${value ?? 'none'}`)
    .join(', ');

const figure = (measured: Metric | null | undefined): string => measured?.value.toFixed(4) ?? '–';

/** Formats a mean with its interval: `0.3914 (0.3775–0.4057)`. */
export const metric = (measured: Metric | null | undefined): string =>
  measured ? `${measured.value.toFixed(4)} (${measured.low.toFixed(4)}–${measured.high.toFixed(4)})` : '–';
