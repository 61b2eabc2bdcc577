import { describe, expect, test } from 'vitest';
import { CHART_NAMES, CHARTS } from '../../../../lambdas/render/charts/registry.ts';
import { toSvg } from '../../../../lambdas/render/draw.ts';
import { COLOURS, COMMUNITY_COLOURS, type Colour, DARK } from '../../../../lambdas/render/drawing/theme.ts';
import { OPACITY } from '../../../../lambdas/render/graph/graph-marks.ts';
import { largeRun } from '../../large-sample.ts';
import { runDataOf, sampleRun } from '../../samples.ts';
import { linear, rgb, type Triple } from './colour.ts';

/** Marks stand out from their background: https://www.w3.org/TR/WCAG22/#contrast-minimum, #non-text-contrast. */

const LEAST = { text: 4.5, shape: 3 } as const;
const THEMES: Readonly<Record<string, Readonly<Record<Colour, string>>>> = { light: COLOURS, dark: DARK };

/** Colours that are not needed to understand the picture. */
const DECORATION: ReadonlySet<string> = new Set([
  'paper',
  // Numbers are beside them.
  'grid',
  'line',
  // Members of a community are also close to each other.
  ...Object.keys(COLOURS).filter((name) => name.startsWith('community')),
]);
/** Areas between visible lines, and bands of intervals, whose numbers are in the tables of the page. */
const MOST_OF_AN_AREA = 0.5;

const blended = (above: Triple, opacity: number, below: Triple): Triple => {
  const part = (at: 0 | 1 | 2): number => opacity * above[at] + (1 - opacity) * below[at];
  return [part(0), part(1), part(2)];
};

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: Triple, b: Triple): number {
  const luminance = (colour: Triple): number => {
    const [red, green, blue] = linear(colour);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

interface Part {
  readonly colour: Colour;
  readonly opacity: number;
}
interface Drawn {
  readonly kind: 'text' | 'shape';
  /** The fill and the outline, of which one must stand out. */
  readonly parts: readonly Part[];
}

/** Returns the marks of a picture that have a meaning. */
function drawnIn(svg: string): Drawn[] {
  const names = new Map<string, string>(Object.entries(COLOURS).map(([name, colour]) => [colour, name]));
  return [...svg.matchAll(/<(path|line|rect|text) [^>]*>/g)].flatMap(([tag, element]) => {
    const attribute = (name: string): string | undefined => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
    const parts = ['fill', 'stroke'].flatMap((part): Part[] => {
      const colour = names.get(attribute(part) ?? '');
      const opacity = Number(attribute(`${part}-opacity`) ?? 1);
      const isMeant = colour !== undefined && !DECORATION.has(colour) && opacity > 0;
      return isMeant && (part === 'stroke' || opacity > MOST_OF_AN_AREA)
        ? [{ colour: colour as Colour, opacity }]
        : [];
    });
    return parts.length === 0 ? [] : [{ kind: element === 'text' ? 'text' : 'shape', parts }];
  });
}

describe.each(CHART_NAMES)('%s', (name) => {
  test.each(Object.entries(THEMES))('stands out from the paper, %s', async (_theme, colours) => {
    const paper = rgb(colours.paper);
    const faint = new Set<string>();
    for (const data of [largeRun(), runDataOf(sampleRun(1))])
      for (const { kind, parts } of drawnIn(await toSvg(CHARTS[name].draw(data)))) {
        const best = Math.max(
          ...parts.map(({ colour, opacity }) =>
            contrast(blended(rgb(colours[colour]), opacity, paper), paper),
          ),
        );
        if (best < LEAST[kind])
          faint.add(
            `${kind}: ${parts.map(({ colour, opacity }) => `${colour} ${opacity}`)} has ${best.toFixed(2)}`,
          );
      }
    expect([...faint]).toEqual([]);
  });
});

test.each(Object.entries(THEMES))(
  'the graph also stands out from the areas of communities, %s',
  (_theme, colours) => {
    const nameOf = (tint: string) =>
      Object.entries(COLOURS).find(([, colour]) => colour === tint)?.[0] as Colour;
    const paper = rgb(colours.paper);
    for (const tint of COMMUNITY_COLOURS) {
      const area = blended(rgb(colours[nameOf(tint)]), OPACITY.area, paper);
      for (const text of ['userText', 'productText'] as const)
        expect(contrast(rgb(colours[text]), area), `${text} on ${tint}`).toBeGreaterThan(LEAST.text);
      for (const outline of ['userStroke', 'productStroke'] as const)
        expect(contrast(rgb(colours[outline]), area), `${outline} on ${tint}`).toBeGreaterThan(LEAST.shape);
      const edge = blended(rgb(colours.edge), OPACITY.edge, area);
      expect(contrast(edge, area), `edges on ${tint}`).toBeGreaterThan(LEAST.shape);
    }
  },
);

test('light blue and light green alone do not stand out enough, so users and products need their outlines', () => {
  for (const fill of ['user', 'product'] as const)
    expect(contrast(rgb(COLOURS[fill]), rgb(COLOURS.paper))).toBeLessThan(LEAST.shape);
});
