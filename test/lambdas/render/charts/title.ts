import type { RunData } from '../../../../lambdas/render/charts/chart.ts';
import { CHARTS, type ChartName } from '../../../../lambdas/render/charts/registry.ts';
import { toSvg } from '../../../../lambdas/render/draw.ts';

/** The title of a picture as it is drawn, its lines joined; the text is that of the SVG, escaped. */
export async function titleOf(name: ChartName, data: RunData): Promise<string> {
  const svg = await toSvg(CHARTS[name].draw(data));
  const [, lines = ''] = /font-size="20px" font-weight="bold"[^>]*>(.*?)<\/text>/.exec(svg) ?? [];
  return lines.replace(/<\/tspan><tspan[^>]*>/g, ' ').replace(/<[^>]*>/g, '');
}
