import { parse, type Spec, View } from 'vega';

/** A mark of a drawn picture. */
interface Item {
  readonly marktype?: string;
  readonly items?: readonly Item[];
  readonly bounds: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
  readonly fill?: string;
  readonly text?: string | readonly string[];
}

/** What is drawn, within the group that holds it. */
export async function itemsOf(spec: Spec, type: string): Promise<Item[]> {
  const view = await new View(parse(spec), { renderer: 'none' }).runAsync();
  const found: Item[] = [];
  const walk = (item: Item): void => {
    if (item.marktype === type) found.push(...(item.items ?? []));
    for (const inner of item.items ?? []) walk(inner);
  };
  walk((view.scenegraph() as unknown as { root: Item }).root);
  view.finalize();
  return found;
}
