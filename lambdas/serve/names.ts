import type { Catalogue } from './catalogue/catalogue.ts';
import type { EngineProducts, Scored } from './engine.ts';

/** A product as answers show it. */
export interface NamedProduct {
  readonly product: string;
  readonly name?: string;
}

/** Returns a function that names products by number: by the catalogue, or else by their sales. */
export function createNaming(
  products: EngineProducts,
  catalogue: Catalogue | undefined,
): (number: number) => NamedProduct {
  return (number) => {
    const product = products.id(number);
    const name = catalogue?.get(product)?.name ?? products.name(number);
    return name === undefined ? { product } : { product, name };
  };
}

/** Gives each product its rank and its name. */
export const ranked = (list: readonly Scored[], named: (number: number) => NamedProduct) =>
  list.map(({ number, score }, index) => ({ ...named(number), rank: index + 1, score }));
