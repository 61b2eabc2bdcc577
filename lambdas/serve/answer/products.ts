import type { Tensors } from './safetensors.ts';

/** The ids and names of a model's products. A "number" is a position in the order of ids. */
export interface Products {
  readonly count: number;
  /** @param number 0 (inclusive) to `count` (exclusive). */
  id(number: number): string;
  /** Returns undefined for a product that no sale named. */
  name(number: number): string | undefined;
  /** Returns undefined for a product that the model does not have. */
  numberOf(id: string): number | undefined;
}

/** Ids and names stay bytes until they are asked for: most of them never are. */
export function readProducts(tensors: Tensors, count: number): Products {
  const id = texts(tensors, count, { bytes: 'product.ids', ends: 'product.idEnds' });
  const name = texts(tensors, count, { bytes: 'product.names', ends: 'product.nameEnds' });
  return {
    count,
    id,
    name: (number) => name(number) || undefined,
    numberOf(wanted) {
      // Products are numbered in the order of their ids, compared by UTF-16 code units as `<` does.
      let [low, high] = [0, count];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (id(middle) < wanted) low = middle + 1;
        else high = middle;
      }
      return low < count && id(low) === wanted ? low : undefined;
    },
  };
}

function texts(
  tensors: Tensors,
  count: number,
  names: { bytes: string; ends: string },
): (number: number) => string {
  const bytes = tensors.get(names.bytes, 'U8', [undefined]);
  const ends = tensors.get(names.ends, 'I32', [count]);
  const decoder = new TextDecoder();
  return (number) => decoder.decode(bytes.subarray(number === 0 ? 0 : ends[number - 1], ends[number]));
}
