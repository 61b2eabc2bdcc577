import { parse, View } from 'vega';
import { toVega } from '../../../../lambdas/render/draw.ts';
import type { Specification } from '../../../../lambdas/render/drawing/specification.ts';

/** A mark of a drawn picture. */
interface Item {
  readonly marktype?: string;
  readonly items?: readonly Item[];
  readonly bounds: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
  readonly fill?: string;
  readonly text?: string | readonly string[];
  readonly angle?: number;
  readonly align?: string;
}

const started = (spec: Specification): Promise<View> =>
  new View(parse(toVega(spec)), { renderer: 'none' }).runAsync();

/** Returns a scale of a drawn picture: its domain, and the place of a value in pixels of the plot. */
export async function scaleOf(
  spec: Specification,
  name: string,
): Promise<{ (value: number): number; domain(): number[] }> {
  const view = await started(spec);
  const scale = view.scale(name);
  view.finalize();
  return scale;
}

/** Returns the width of the plot of a drawn picture, in pixels. */
export async function plotWidthOf(spec: Specification): Promise<number> {
  const view = await started(spec);
  const width = view.signal('width');
  view.finalize();
  return width;
}

/** Returns the drawn items of a type of mark, placed within their group. */
export async function itemsOf(spec: Specification, type: string): Promise<Item[]> {
  const view = await started(spec);
  const found: Item[] = [];
  const walk = (item: Item): void => {
    if (item.marktype === type) found.push(...(item.items ?? []));
    for (const inner of item.items ?? []) walk(inner);
  };
  walk((view.scenegraph() as unknown as { root: Item }).root);
  view.finalize();
  return found;
}
