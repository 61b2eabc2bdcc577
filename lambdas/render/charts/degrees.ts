import { counted, grouped, lowest, sum } from '../../shared/contract/numbers.ts';
import type { DegreeSummary, GraphFacts } from '../../shared/contract/summaries.ts';
import { count, html, table } from '../../shared/web/html.ts';
import { PERCENT_LABELS, type Plot } from '../drawing/frame.ts';
import { emptyPanel, PANEL, panelTitle, stacked } from '../drawing/panels.ts';
import { COLOURS } from '../drawing/theme.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';

/**
 * How many links do users and products have? By number of links, the share that has at least that many, for users and
 * for products.
 */
export const degrees: Chart = {
  question: 'How many links do users and products have?',
  onIndex: 'How many links users and products have',

  describe: ({ degrees: { users, products }, facts: { tails } }) =>
    `Users have a median of ${counted(median(users), 'link')} and at most ${grouped(most(users))}; products have a median of ${grouped(median(products))} and at most ${grouped(most(products))}.${KINDS.map(
      ({ kind, name }) => {
        const text = tailText(tails[kind]);
        return text === '' ? '' : ` ${name}: ${text}.`;
      },
    ).join('')}`,

  draw(run) {
    const isLog = KINDS.some(({ kind }) => most(run.degrees[kind]) > WIDE);
    return stacked(
      {
        title: title(run),
        notes: [
          subtitle(run),
          `Links are purchases, recommendations and similar products. ${isLog ? 'Both axes are logarithmic, so that a power law is a straight line. The dashed line fits the tail; no other curve was tried.' : 'Every user and product is counted.'}${isLog ? withoutLinks(run.degrees) : ''}`,
        ],
        description: degrees.describe(run),
      },
      KINDS.map((kind) => (isLog ? logPanel(run, kind) : linearPanel(run, kind))),
    );
  },

  numbers: {
    table: ({ degrees }) =>
      html`<div class="pair">${(['users', 'products'] as const).map((kind) =>
        table({
          label: `Links of ${kind}`,
          header: ['Links', kind === 'users' ? 'Users' : 'Products'],
          rows: degrees[kind].map(({ degree, vertices }) => [count(degree), count(vertices)]),
          numbers: [0, 1],
        }),
      )}</div>`,
  },
};

/** Beyond this degree the axes are logarithmic, because single degrees could not be distinguished. */
const WIDE = 24;
const HEIGHT = 220;
/** With all digits, the labels of many thousands would cover the title of their axis. */
const COMPACT_LABELS = "format(datum.value, datum.value < 10000 ? ',d' : '~s')";
const SHARE = 'share with at least this many links';
/** Labels of smaller shares, such as 0.001 %, would cover the title of their axis, so it is above the plot instead. */
const SMALLEST_BESIDE_TITLE = 1e-4;

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
type Kind = (typeof KINDS)[number];

/** How many users or products have each number of links. */
type Rows = DegreeSummary['users'];

const most = (rows: Rows): number => rows.at(-1)?.degree ?? 0;
const overall = ({ users, products }: DegreeSummary): number => Math.max(most(users), most(products));
const fewest = ({ users, products }: DegreeSummary): number =>
  lowest(
    [users, products].flatMap((rows) => rows.find(({ degree }) => degree > 0)?.degree ?? []),
    10,
  );

const linksTitle = ({ kind }: Kind): string | null => (kind === 'products' ? 'links' : null);

/** Plots how many users or products have each number of links, as bars. */
function linearPanel(run: RunData, own: Kind): Plot {
  const { kind, name, fill, stroke } = own;
  const rows = run.degrees[kind];
  if (rows.length === 0) return emptyPanel(name, 'None have any links.');
  return {
    title: panelTitle(name),
    width: PANEL.width,
    height: HEIGHT,
    data: {
      values: rows.map(({ degree, vertices }) => ({
        degree,
        from: degree - 0.35,
        to: degree + 0.35,
        vertices,
      })),
    },
    // Not a bar: with two ends in x, Vega-Lite would draw it as a line at its height.
    mark: { type: 'rect', fill, stroke },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        title: linksTitle(own),
        scale: { domain: [-0.5, overall(run.degrees) + 0.5], nice: false },
        axis: { grid: false, tickCount: 10, tickMinStep: 1, format: ',d', labelOverlap: true },
      },
      x2: { field: 'to' },
      y: {
        field: 'vertices',
        type: 'quantitative',
        title: kind,
        scale: { domainMin: 0, nice: false },
        axis: { ...PANEL.axis, tickCount: 4, tickMinStep: 1, labelExpr: COMPACT_LABELS },
      },
      y2: { datum: 0 },
    },
  };
}

/** Plots the share that has at least each number of links, as points, and the line that is fitted to the tail. */
function logPanel(run: RunData, own: Kind): Plot {
  const { kind, name, fill, stroke, shape } = own;
  const points = exceeding(run.degrees[kind].filter(({ degree }) => degree > 0));
  const text = tailText(run.facts.tails[kind]);
  const heading = text === '' ? name : `${name}: ${text}`;
  if (points.length === 0) return emptyPanel(name, 'None have any links.');
  const least = leastShare(points);
  const isTiny = least < SMALLEST_BESIDE_TITLE;
  return {
    title: panelTitle(heading, isTiny ? SHARE : undefined),
    width: PANEL.width,
    height: HEIGHT,
    encoding: {
      x: {
        field: 'degree',
        type: 'quantitative',
        title: linksTitle(own),
        scale: {
          type: 'log',
          domain: [fewest(run.degrees), Math.max(10, overall(run.degrees))],
          nice: false,
          padding: 6,
        },
        axis: {
          grid: false,
          tickCount: 5,
          format: ',~r',
          labelOverlap: true,
          // A label from 1,000 on is wider than the room on the right, and would make the picture wider.
          ...(overall(run.degrees) >= 900 && { labelFlush: 40 }),
        },
      },
      y: {
        field: 'share',
        type: 'quantitative',
        title: isTiny ? null : SHARE,
        scale: { type: 'log', domain: [least, 1], nice: false },
        axis: {
          ...PANEL.axis,
          values: sharesFrom(least),
          labelExpr: PERCENT_LABELS,
          ...(isTiny ? { labelFontSize: 12 } : { titleFontSize: 12 }),
        },
      },
    },
    layer: [
      {
        data: { values: thinned(points) },
        mark: { type: 'point', filled: true, fill, stroke, strokeWidth: 1.2, shape, size: 45 },
      },
      {
        data: { values: tailOf(points, run.facts.tails[kind]) },
        mark: { type: 'line', color: COLOURS.ink, strokeWidth: 2, strokeDash: [6, 4] },
      },
    ],
  };
}

/** Returns the number of links that half of the users or products do not exceed. */
function median(rows: Rows): number {
  const half = sum(rows.map(({ vertices }) => vertices)) / 2;
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

const tailText = (tail: GraphFacts['tails']['users']): string =>
  tail ? `tail fitted from ${counted(tail.from, 'link')} on, exponent ${tail.exponent.toFixed(2)}` : '';

function withoutLinks({ users, products }: DegreeSummary): string {
  const [lonelyUsers = 0, lonelyProducts = 0] = [users, products].map(
    (rows) => rows.find(({ degree }) => degree === 0)?.vertices ?? 0,
  );
  return lonelyUsers + lonelyProducts > 0
    ? ` Not shown, because they have no links: ${counted(lonelyUsers, 'user')}, ${counted(lonelyProducts, 'product')}.`
    : '';
}

interface Point {
  readonly degree: number;
  /** Share of the users or products with at least this degree, 0 to 1. */
  readonly share: number;
}

function exceeding(rows: Rows): Point[] {
  const all = sum(rows.map(({ vertices }) => vertices));
  let left = all;
  return rows.map(({ degree, vertices }) => {
    const share = left / all;
    left -= vertices;
    return { degree, share };
  });
}

/** Keeps at most eight points per doubling of the degree, because more would cover each other. */
function thinned(points: readonly Point[]): Point[] {
  let next = 0;
  return points.filter(({ degree }, index) => {
    const isShown = degree >= next || index === points.length - 1;
    if (isShown) next = degree * 2 ** (1 / 8);
    return isShown;
  });
}

/** Returns the ends of the fitted line, along which shares fall like degree^(1 - exponent); empty without a tail. */
function tailOf(points: readonly Point[], tail: GraphFacts['tails']['users']): Point[] {
  const first = tail && points.find(({ degree }) => degree >= tail.from);
  const last = points.at(-1);
  if (!first || !last || last.degree <= first.degree) return [];
  const fallen = (last.degree / first.degree) ** (1 - tail.exponent);
  return [first, { degree: last.degree, share: Math.max(first.share * fallen, leastShare(points)) }];
}

/** Returns the power of ten below all shares, at most a tenth. */
const leastShare = (points: readonly Point[]): number =>
  10 ** Math.min(-1, Math.floor(Math.log10(points.at(-1)?.share ?? 0.1)));

/** Returns the labels of the logarithmic axis: powers of ten, with values between them if there is only one. */
const sharesFrom = (least: number): number[] =>
  least >= 0.1
    ? [1, 0.5, 0.2, 0.1]
    : Array.from({ length: 1 - Math.round(Math.log10(least)) }, (_, index) => 10 ** -index);
