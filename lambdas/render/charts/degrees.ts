import { counted, grouped } from '../../shared/contract/numbers.ts';
import type { DegreeSummary, GraphFacts } from '../../shared/contract/summaries.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';
import { pointMark, stemMark, tailMark } from './degree-marks.ts';
import { exceeding, lowest, tailOf, thinned } from './exceeding.ts';
import { framed, PERCENT_LABELS, plotWidth } from './frame.ts';
import { PANEL_TITLE, panel } from './panel.ts';
import { COLOURS } from './theme.ts';

/** How many links have users and products? The share that has so many or more, users and products apart. */
export const degrees: Chart = {
  describe: ({ degrees: { users, products }, facts: { tails } }) =>
    `Degree distribution. Median degree ${grouped(median(users))} of users, ${grouped(median(products))} of products; highest ${grouped(highest(users))} and ${grouped(highest(products))}.${KINDS.map(
      ({ kind, name }) => tailText(name, tails[kind]),
    ).join('')}`,

  draw(run) {
    const isLog = KINDS.some(({ kind }) => highest(run.degrees[kind]) > WIDE);
    const width = plotWidth({ left: LEFT });
    return framed(
      {
        title: title(run),
        notes: [
          subtitle(run),
          `Every link counts: what was bought, what is recommended, which products are similar. ${isLog ? 'Both axes are logarithmic: a straight line is a power law. The dashed one is fitted to the tail; whether another curve fits better was not tested.' : 'Nothing is left out.'}${isLog ? withoutLinks(run.degrees) : ''}`,
        ],
        description: degrees.describe(run),
        left: LEFT,
        bottom: 40,
        height: 2 * (HEIGHT + PANEL_TITLE) + GAP,
      },
      {
        marks: KINDS.map(({ kind, name, fill, stroke, shape }, index) => {
          const rows = run.degrees[kind].filter(({ degree }) => degree > 0 || !isLog);
          const points = isLog
            ? exceeding(rows)
            : rows.map(({ degree, vertices }) => ({ degree, y: vertices }));
          const tail = isLog ? tailOf(points, run.facts.tails[kind]) : [];
          return panel({
            title: `${name}${tailText('', run.facts.tails[kind])}`,
            top: PANEL_TITLE + index * (HEIGHT + PANEL_TITLE + GAP),
            width,
            height: HEIGHT,
            scales: [
              isLog
                ? {
                    name: 'x',
                    type: 'log',
                    domain: [smallest(run.degrees), Math.max(10, overall(run.degrees))],
                    range: [0, width],
                  }
                : {
                    name: 'x',
                    type: 'linear',
                    domain: [-0.5, overall(run.degrees) + 0.5],
                    range: [0, width],
                  },
              isLog
                ? { name: 'y', type: 'log', domain: [lowest(points), 1], range: [HEIGHT, 0] }
                : {
                    name: 'y',
                    type: 'linear',
                    domain: [0, Math.max(1, ...points.map(({ y }) => y))],
                    range: [HEIGHT, 0],
                  },
            ],
            axes: axesOf(kind, isLog ? sharesFrom(lowest(points)) : undefined),
            empty: points.length > 0 ? undefined : 'None have any.',
            marks: [
              isLog
                ? pointMark(thinned(points), { fill, stroke, shape })
                : stemMark(points, { fill, stroke }),
              ...(tail.length > 0 ? [tailMark(tail)] : []),
            ],
          });
        }),
      },
    );
  },
};

/** Beyond this degree the axes are logarithmic, for single degrees could not be told apart. */
const WIDE = 24;
const [LEFT, HEIGHT, GAP] = [74, 190, 56];

const KINDS = [
  { kind: 'users', name: 'Users', fill: COLOURS.user, stroke: COLOURS.userStroke, shape: 'circle' },
  {
    kind: 'products',
    name: 'Products',
    fill: COLOURS.product,
    stroke: COLOURS.productStroke,
    shape: 'square',
  },
] as const;

const highest = (rows: DegreeSummary['users']): number => rows.at(-1)?.degree ?? 0;
const overall = ({ users, products }: DegreeSummary): number => Math.max(highest(users), highest(products));

const smallest = ({ users, products }: DegreeSummary): number =>
  Math.min(...[users, products].flatMap((rows) => rows.find(({ degree }) => degree > 0)?.degree ?? []), 10);

function median(rows: DegreeSummary['users']): number {
  const half = rows.reduce((sum, { vertices }) => sum + vertices, 0) / 2;
  let seen = 0;
  for (const { degree, vertices } of rows) {
    seen += vertices;
    if (seen >= half) return degree;
  }
  return 0;
}

const title = ({ degrees: { users, products } }: RunData): string =>
  users.length === 0
    ? 'There are no links yet'
    : `The median user has ${counted(median(users), 'link')}, the median product ${grouped(median(products))}`;

const tailText = (name: string, tail: GraphFacts['tails']['users']): string =>
  tail
    ? ` ${name ? `Tail of ${name.toLowerCase()} ` : '· tail '}fitted from ${counted(tail.from, 'link')} on, exponent ${tail.exponent.toFixed(2)}${name ? '.' : ''}`
    : '';

function withoutLinks({ users, products }: DegreeSummary): string {
  const [of, and] = [users, products].map((rows) => rows.find(({ degree }) => degree === 0)?.vertices ?? 0);
  return of || and
    ? ` Left out, for they have none: ${counted(of ?? 0, 'user')}, ${counted(and ?? 0, 'product')}.`
    : '';
}

/** What is written at a logarithmic axis: powers of ten, and what lies between where there is one power alone. */
const sharesFrom = (least: number): number[] =>
  least >= 0.1
    ? [1, 0.5, 0.2, 0.1]
    : Array.from({ length: 1 - Math.round(Math.log10(least)) }, (_, index) => 10 ** -index);

/** @param shares At the logarithmic axis; undefined: the axis is linear. */
function axesOf(
  kind: (typeof KINDS)[number]['kind'],
  shares: readonly number[] | undefined,
): Parameters<typeof panel>[0]['axes'] {
  const isLog = shares !== undefined;
  return [
    {
      scale: 'y',
      orient: 'left',
      grid: true,
      ...(isLog
        ? { values: [...shares], encode: PERCENT_LABELS }
        : { tickCount: 4, tickMinStep: 1, format: ',d' }),
      title: isLog ? 'have so many or more' : kind,
      titleAnchor: 'middle',
      domain: false,
      ticks: false,
    },
    {
      scale: 'x',
      orient: 'bottom',
      tickCount: isLog ? 5 : 10,
      tickMinStep: isLog ? 0 : 1,
      format: isLog ? ',~r' : ',d',
      labelOverlap: true,
      ...(kind === 'products' && { title: 'links' }),
    },
  ];
}
