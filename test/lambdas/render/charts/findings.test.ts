import { describe, expect, test } from 'vitest';
import type { RunData } from '../../../../lambdas/render/charts/chart.ts';
import { CHARTS, type ChartName } from '../../../../lambdas/render/charts/registry.ts';
import { toSvg } from '../../../../lambdas/render/draw.ts';
import { largeRun } from '../../large-sample.ts';
import { runDataOf, sampleRun } from '../../samples.ts';

/** Titles state findings: each only as far as the numbers hold it. */

const run = runDataOf(sampleRun(1));
const large = largeRun();

const titleOf = async (name: ChartName, data: RunData): Promise<string> => {
  const svg = await toSvg(CHARTS[name].draw(data));
  const [, lines = ''] = /font-size="20px" font-weight="bold"[^>]*>(.*?)<\/text>/.exec(svg) ?? [];
  return lines.replace(/<\/tspan><tspan[^>]*>/g, ' ').replace(/<[^>]*>/g, '');
};

describe('what is counted of list any alone says so', () => {
  test.each(['top-products', 'lorenz'] as const)('%s', (name) => {
    expect(CHARTS[name].describe(run)).toContain('of list any');
  });

  test('the products without a list are those of neither list', () => {
    const { exposure } = run.facts;
    const one = { ...run, facts: { ...run.facts, exposure: { ...exposure, neverRecommended: 1 } } };
    expect(CHARTS.lorenz.describe(one)).toMatch(/1 product with a buyer stands in neither list\.$/);
  });
});
