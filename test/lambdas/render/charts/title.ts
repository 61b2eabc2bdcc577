import type { RunData } from '../../../../lambdas/render/charts/chart.ts';
import { CHARTS, type ChartName } from '../../../../lambdas/render/charts/registry.ts';
import { toSvg } from '../../../../lambdas/render/draw.ts';

/** Returns the title of a drawn picture with its lines joined; the text is escaped, as in the SVG. */
export async function titleOf(name: ChartName, data: RunData): Promise<string> {
  const svg = await toSvg(CHARTS[name].draw(data));
  const [, lines = ''] = /font-size="20px" font-weight="bold"[^>]*>(.*?)<\/text>/.exec(svg) ?? [];
  return lines.replace(/<\/tspan><tspan[^>]*>/g, ' ').replace(/<[^>]*>/g, '');
}
