import { expect, test } from 'vitest';
import { CHART_NAMES, CHARTS } from '../../../../lambdas/render/charts/registry.ts';
import { toSvg } from '../../../../lambdas/render/draw.ts';
import { COLOURS, DARK, darkRules, themed } from '../../../../lambdas/render/drawing/theme.ts';
import { STYLE } from '../../../../lambdas/shared/web/style.ts';
import { largeRun } from '../../large-sample.ts';

test('users are light blue, products light green', () => {
  expect([COLOURS.user, COLOURS.product]).toEqual(['lightblue', 'lightgreen']);
});

test('no two colours are the same, so that each can be replaced by its dark one', () => {
  const colours = Object.values(COLOURS);
  expect(new Set(colours).size).toBe(colours.length);
});

test.each(CHART_NAMES)('every colour of %s has a dark one', async (name) => {
  const svg = await toSvg(CHARTS[name].draw(largeRun()));
  const used = new Set([...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour));
  used.delete('none');
  used.delete('transparent');
  expect([...used].filter((colour) => !(Object.values(COLOURS) as string[]).includes(colour ?? ''))).toEqual(
    [],
  );
});

test('the file of an SVG is dark if the reader prefers that, and light on paper', () => {
  const svg = themed('<svg width="1"><rect fill="lightblue"/></svg>');
  expect(svg).toMatch(/^<svg width="1"><style>@media screen and \(prefers-color-scheme:dark\)/);
  expect(svg).toContain(`[fill="lightblue"]{fill:${DARK.user}}`);
});

test('pictures and pages have the same background, so that a picture has no edge in its page', () => {
  const papers = [...STYLE.matchAll(/--paper: (#\w+)/g)].map(([, paper = '']) => paper);
  expect(papers.map((paper) => paper.replace(/^#(\w)(\w)(\w)$/, '#$1$1$2$2$3$3'))).toEqual([
    COLOURS.paper,
    DARK.paper,
  ]);
});

test('a page has the rules that make its pictures dark', () => {
  expect(darkRules('figure ')).toContain(`figure [stroke="${COLOURS.ink}"]{stroke:${DARK.ink}}`);
});
