import * as z from 'zod';
import { NamedProduct } from './summaries.ts';

/** Schemas of the files that the explorer reads block by block. */

const Count = z.int().min(0);
const PositiveInt = z.int().min(1);

/**
 * A table whose blocks are read one by one. Its parts are in order, and so are the rows of all parts together: ascending by
 * key, compared by UTF-16 code units as `<` compares strings. Each block is a gzip member of its file and holds one JSON
 * document. A table without parts has no rows.
 */
export const ExplorerTable = z.array(
  z
    .strictObject({
      /** Name of the file in the manifest of the run. */
      file: z.string(),
      /** For each block: every key in the block is ≥ this, and every key in earlier blocks is < this. */
      from: z.array(z.string()),
      /**
       * For each block: its length in bytes. The first block starts at byte 0, and the blocks follow each other without
       * gaps.
       */
      sizes: z.array(PositiveInt),
    })
    .refine(({ from, sizes }) => from.length === sizes.length, 'from and sizes should be equally long'),
);
export type ExplorerTable = z.infer<typeof ExplorerTable>;

/** `explorer/index.json`: the explorer reads this file first. */
export const ExplorerIndex = z.strictObject({
  run: PositiveInt,
  users: ExplorerTable,
  products: ExplorerTable,
  names: ExplorerTable,
  /**
   * Suggestions to show before anything is typed, at most 10 each: users of different kinds, and the products that are
   * bought most.
   */
  picks: z.strictObject({ users: z.array(z.string()), products: z.array(NamedProduct) }),
});
export type ExplorerIndex = z.infer<typeof ExplorerIndex>;

/**
 * A block: `rows` are [key, value]; `names` are [product, name] for the products in these rows that have a name. A block of which all
 * users were forgotten has no rows.
 */
const explorerBlock = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({
    names: z.array(z.tuple([z.string(), z.string()])),
    rows: z.array(z.tuple([z.string(), value])),
  });

const ListEntry = z.strictObject({
  product: z.string(),
  /**
   * The purchases that explain the recommendation: at most 3 products, strongest first, each with its share of the
   * explanation (0 to 1, in hundredths). If the user has bought the recommended product, that product is first.
   */
  because: z.array(z.strictObject({ product: z.string(), share: z.number() })).max(3),
});

/** The entry of a user in the explorer. */
export const ExplorerUser = z.strictObject({
  /** Number of distinct products that the user has bought. */
  products: Count,
  /** Products that the user has bought, most recent first, at most 50; `lastMs` is the last purchase, epoch ms. */
  history: z.array(z.strictObject({ product: z.string(), times: PositiveInt, lastMs: Count })).max(50),
  /** Best first; may be empty. */
  any: z.array(ListEntry),
  /** Best first; may be empty. */
  new: z.array(ListEntry),
});
export type ExplorerUser = z.infer<typeof ExplorerUser>;

/** A block of `explorer/users-NNNNN.json.gz`; the key is the user. */
export const ExplorerUsers = explorerBlock(ExplorerUser);
export type ExplorerUsers = z.infer<typeof ExplorerUsers>;

/** A block of `explorer/products-NNNNN.json.gz`; the key is the product. */
export const ExplorerProducts = explorerBlock(
  z.strictObject({
    buyers: Count,
    sales: Count,
    /** First and last sale, epoch ms. */
    firstMs: Count,
    lastMs: Count,
    /** Numbers of users whose list contains the product. */
    recommendedAny: Count,
    recommendedNew: Count,
    /** Number of its community, as in `graph.json`; null if it has none. */
    community: Count.nullable(),
    /** Similar products, most similar first, at most 10. */
    similar: z.array(z.strictObject({ product: z.string(), score: z.number() })).max(10),
  }),
);
export type ExplorerProducts = z.infer<typeof ExplorerProducts>;

/**
 * A block of `explorer/names-NNNNN.json.gz`; the value is a product. The key has three parts, separated by tabs: a search
 * key of the product's name (lambdas/client/index/search-key.ts), `0` if the name begins with that search key and `1`
 * otherwise, and the product.
 */
export const ExplorerNames = explorerBlock(z.string());
export type ExplorerNames = z.infer<typeof ExplorerNames>;
