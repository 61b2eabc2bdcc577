import * as z from 'zod';
import { Named } from './summaries.ts';

/** The files of a run that the explorer reads, a block at a time. */

const Count = z.int().min(0);
const Numbered = z.int().min(1);

/**
 * A table of the explorer: rows in the order of their keys (by UTF-16 code units, as `<` compares strings), in blocks
 * that are read one by one, each a gzip member of its file and a JSON document.
 */
const ExplorerTable = z.array(
  z
    .strictObject({
      /** Name of a file of the run. */
      file: z.string(),
      /** By block: keys in it are this or behind, keys in the blocks before are in front of this. */
      from: z.array(z.string()),
      /** By block: bytes. The first block begins with the file, each other behind the one before. */
      sizes: z.array(Numbered),
    })
    .refine(({ from, sizes }) => from.length === sizes.length, 'from and sizes should be equally long'),
);
export type ExplorerTable = z.infer<typeof ExplorerTable>;

/** `explorer/index.json`: where the explorer starts. Tables are in parts, in order; empty: there are no rows. */
export const ExplorerIndex = z.strictObject({
  run: Numbered,
  users: ExplorerTable,
  products: ExplorerTable,
  names: ExplorerTable,
  /** To pick from before anything is typed, at most 10 each: users, mixed, and the products that are bought most. */
  picks: z.strictObject({ users: z.array(z.string()), products: z.array(Named) }),
});
export type ExplorerIndex = z.infer<typeof ExplorerIndex>;

/** A block: names of the products that its rows tell of by id, as far as they have one; [key, value] by row. */
const explorerBlock = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({
    names: z.array(z.tuple([z.string(), z.string()])),
    rows: z.array(z.tuple([z.string(), value])).min(1),
  });

const Listed = z.strictObject({
  product: z.string(),
  /** Up to 3 products of the history that carry it, strongest first, with their share of what the history says for it (0..1, hundredths); for a product that was bought before, the product itself is first. */
  because: z.array(z.strictObject({ product: z.string(), share: z.number() })).max(3),
});

/** A block of `explorer/users-NNNNN.json.gz`; the key is the user. */
export const ExplorerUsers = explorerBlock(
  z.strictObject({
    /** Products that were bought, in all. */
    products: Count,
    /** Newest first, at most 50: what was bought, how often, when last. */
    history: z.array(z.strictObject({ product: z.string(), times: Numbered, lastMs: Count })).max(50),
    /** Best first. */
    any: z.array(Listed),
    new: z.array(Listed),
  }),
);
export type ExplorerUsers = z.infer<typeof ExplorerUsers>;

/** A block of `explorer/products-NNNNN.json.gz`; the key is the product. */
export const ExplorerProducts = explorerBlock(
  z.strictObject({
    buyers: Count,
    sales: Count,
    firstMs: Count,
    lastMs: Count,
    /** Lists that it stands in. */
    recommendedAny: Count,
    recommendedNew: Count,
    community: Count.nullable(),
    /** Best first, at most 10. */
    similar: z.array(z.strictObject({ product: z.string(), score: z.number() })).max(10),
  }),
);
export type ExplorerProducts = z.infer<typeof ExplorerProducts>;

/**
 * A block of `explorer/names-NNNNN.json.gz`; the value is a product. The key, by tabs: a search key of its name
 * (lambdas/client/index/search-key.ts), 0 if that begins the name or else 1, and the product.
 */
export const ExplorerNames = explorerBlock(z.string());
export type ExplorerNames = z.infer<typeof ExplorerNames>;
