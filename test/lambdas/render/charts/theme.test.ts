import { expect, test } from 'vitest';
import { CHART_NAMES, CHARTS } from '../../../../lambdas/render/charts/registry.ts';
import { COLOURS, DARK, darkRules, themed } from '../../../../lambdas/render/charts/theme.ts';
import { toSvg } from '../../../../lambdas/render/draw.ts';
import { largeRun } from '../../large-sample.ts';

test('users are light blue, products light green', () => {
  expect([COLOURS.user, COLOURS.product]).toEqual(['lightblue', 'lightgreen']);
});

test('no two colours are the same, or one of them could not be turned dark by itself', () => {
  const colours = Object.values(COLOURS);
  expect(new Set(colours).size).toBe(colours.length);
});

test.each(CHART_NAMES)('every colour of %s has its dark one', async (name) => {
  const svg = await toSvg(CHARTS[name].draw(largeRun()));
  const used = new Set([...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour));
  used.delete('none');
  used.delete('transparent');
  expect([...used].filter((colour) => !(Object.values(COLOURS) as string[]).includes(colour ?? ''))).toEqual(
    [],
  );
});

test('an SVG as a file is dark where its reader prefers that, and stays light on paper', () => {
  const svg = themed('<svg width="1"><rect fill="lightblue"/></svg>');
  expect(svg).toMatch(/^<svg width="1"><style>@media screen and \(prefers-color-scheme:dark\)/);
  expect(svg).toContain(`[fill="lightblue"]{fill:${DARK.user}}`);
});

test('a page says where its pictures are dark', () => {
  expect(darkRules('figure ')).toContain(`figure [stroke="${COLOURS.ink}"]{stroke:${DARK.ink}}`);
});

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

test.each(['ink', 'soft', 'userText', 'productText'] as const)(
  'text of colour %s can be read, light and dark',
  (name) => {
    expect(contrast(COLOURS[name], COLOURS.paper)).toBeGreaterThan(4.5);
    expect(contrast(DARK[name], DARK.paper)).toBeGreaterThan(4.5);
  },
);

test.each([
  'userStroke',
  'productStroke',
  'discovery',
  'model',
  'popularity',
  'frequency',
  'more',
  'less',
] as const)('a mark of colour %s stands out from the paper, light and dark', (name) => {
  expect(contrast(COLOURS[name], COLOURS.paper)).toBeGreaterThan(3);
  expect(contrast(DARK[name], DARK.paper)).toBeGreaterThan(3);
});
