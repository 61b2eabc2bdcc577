import type { Tensors } from './safetensors.ts';

/** Links from products to the common products that go together with them, by how: see `Together` of the Spark job. */
export interface Links {
  /** Numbers of the products that links lead from, ascending. */
  readonly sources: Int32Array;
  /** Source i has the links from `starts[i]` to before `starts[i + 1]`, strongest first. */
  readonly starts: Int32Array;
  /** By link: the place of the other product among the common ones. */
  readonly targets: Int32Array;
  /** By link, above 0. */
  readonly strengths: Float32Array;
}

/**
 * @param kind `users`, `baskets` or `after`.
 * @param placeOf Places of the common products by number.
 * @throws {RangeError} If a link leads to a product that is not common.
 */
export function readLinks(tensors: Tensors, kind: string, placeOf: Int32Array): Links {
  const sources = tensors.get(`links.${kind}.sources`, 'I32', [undefined]);
  const strengths = tensors.get(`links.${kind}.strengths`, 'F32', [undefined]);
  const numbers = tensors.get(`links.${kind}.targets`, 'I32', [strengths.length]);
  const targets = new Int32Array(numbers.length);
  for (let link = 0; link < numbers.length; link++) {
    const place = placeOf[numbers[link] as number] ?? -1;
    if (place < 0)
      throw new RangeError(
        `Cannot load the model: a link leads to product ${numbers[link]}, should be one of the common products`,
      );
    targets[link] = place;
  }
  return {
    sources,
    starts: tensors.get(`links.${kind}.starts`, 'I32', [sources.length + 1]),
    targets,
    strengths,
  };
}

/** Returns the place of a product among the sources; negative if no link leads from it. */
export function sourceOf({ sources }: Links, product: number): number {
  return indexIn(sources, product);
}

/** Returns the position of a number in ascending numbers; -1 if it is not among them. */
export function indexIn(ascending: Int32Array, number: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === number ? low : -1;
}
