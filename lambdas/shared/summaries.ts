import { z } from 'zod';
import { ListKind } from './quality.ts';

/** Small documents of a run: what is drawn and shown, so that nobody has to read the large files for that. */

const Count = z.int().min(0);
const Numbered = z.int().min(1);

/** A vertex of the part of the graph to show. Ids are typed: `u:…` or `p:…`. */
export const SummaryVertex = z.strictObject({
  id: z.string().regex(/^[up]:/s),
  label: z.string(),
  degree: Count,
  inDegree: Count,
  outDegree: Count,
  pageRank: z.number(),
  component: Count,
});

/** `summary/graph.json`: the part of the recommendation graph to show. */
export const GraphSummary = z.strictObject({
  /** Of the whole graph. */
  vertices: Count,
  edges: Count,
  users: Count,
  products: Count,
  components: Count,
  /** What was chosen and why, one sentence; it is printed on the picture. */
  chosen: z.string(),
  shown: z.strictObject({
    vertices: z.array(SummaryVertex),
    /** score: as in the list; rank: 1 is best. Only edges of kind `recommended`, list `any`. */
    edges: z.array(
      z.strictObject({ source: z.string(), target: z.string(), rank: Numbered, score: z.number() }),
    ),
  }),
});
export type GraphSummary = z.infer<typeof GraphSummary>;

/** `summary/degrees.json`: how many vertices of each kind have which degree; degrees ascending. */
export const DegreeSummary = z.strictObject({
  users: z.array(z.strictObject({ degree: Count, vertices: Numbered })),
  products: z.array(z.strictObject({ degree: Count, vertices: Numbered })),
});
export type DegreeSummary = z.infer<typeof DegreeSummary>;

/** `summary/products.json`: the products that are recommended most, most first, at most 50. */
export const ProductSummary = z.strictObject({
  /** Recommendations of list `any`, all products together. */
  recommendations: Count,
  products: z.array(
    z.strictObject({
      product: z.string(),
      name: z.string().nullable(),
      recommendedTo: Count,
      buyers: Count,
      /** 1 = most buyers. */
      salesRank: Numbered,
    }),
  ),
});
export type ProductSummary = z.infer<typeof ProductSummary>;

/** `summary/users.json`: a few users to look at: what they bought last and what they are recommended. */
export const UserSummary = z.strictObject({
  users: z.array(
    z.strictObject({
      user: z.string(),
      bought: z.array(
        z.strictObject({
          product: z.string(),
          name: z.string().nullable(),
          quantity: z.number(),
          atMs: Count,
        }),
      ),
      recommended: z.array(
        z.strictObject({
          list: ListKind,
          rank: Numbered,
          product: z.string(),
          name: z.string().nullable(),
          score: z.number(),
        }),
      ),
    }),
  ),
});
export type UserSummary = z.infer<typeof UserSummary>;
