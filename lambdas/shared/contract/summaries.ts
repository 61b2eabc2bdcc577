import * as z from 'zod';
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
  /** Number of its community; null where there is none. */
  community: Count.nullable().default(null),
  /** Purchases by the user, or of the product. */
  sales: Count.default(0),
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

/** A product, and its name if it has one. */
export const Named = z.strictObject({ product: z.string(), name: z.string().nullable() });

const Crossings = z.strictObject({
  edges: Count,
  crossing: Count,
  /** Edges that would cross if the same beginnings and ends were paired at random; null: the run is of a version that did not count them. */
  byChance: z.number().min(0).nullable().default(null),
});

/** `graph.json`: what the graph says. */
export const GraphFacts = z.strictObject({
  run: Numbered,
  vertices: Count,
  edges: Count,
  users: Count,
  products: Count,
  edgesByKind: z.strictObject({ bought: Count, recommended: Count, similar: Count }),
  /** How list `any` spreads over the products. */
  exposure: z.strictObject({
    recommendations: Count,
    /** 0: all products stand in as many lists, 1: one product in all. Null without recommendations. */
    gini: z.number().min(0).max(1).nullable(),
    /** Share of the recommendations that the ten most recommended products take. */
    top10Share: z.number().min(0).max(1).nullable(),
    /** The fewest products that take half of the recommendations or more, the most recommended ones, and their share. Null without recommendations. */
    half: z.strictObject({ products: Numbered, share: z.number().min(0.5).max(1) }).nullable(),
    /** Products with a buyer that stand in neither list; unlike the rest not of `any` alone. */
    neverRecommended: Count,
    /** The Lorenz curve: [share of products, share of recommendations], least recommended first, from [0,0] to [1,1]: ends of its straight pieces, close where it is steep. */
    lorenz: z.array(z.tuple([z.number(), z.number()])).max(402),
  }),
  components: z.strictObject({
    count: Count,
    largest: z.array(z.strictObject({ users: Count, products: Count })).max(20),
  }),
  /** The tail of a degree distribution: P(degree) ~ degree^-exponent from `from` on (Clauset, Shalizi, Newman 2009, discrete MLE); null if fewer than 50 vertices lie there. */
  tails: z.strictObject({
    users: z.strictObject({ exponent: z.number(), from: Numbered, vertices: Count }).nullable(),
    products: z.strictObject({ exponent: z.number(), from: Numbered, vertices: Count }).nullable(),
  }),
  communities: z.strictObject({
    count: Count,
    modularity: z.number().nullable(),
    largest: z
      .array(z.strictObject({ community: Count, users: Count, products: Count, top: z.array(Named).max(5) }))
      .max(20),
    /**
     * Edges whose both ends have a community, by kind, and how many of them lead from one to another. Communities are made
     * from purchases: that edges `bought` and `similar` seldom cross says nothing new, of recommendations it does.
     */
    edges: z.strictObject({
      bought: Crossings,
      recommendedAny: Crossings,
      recommendedNew: Crossings,
      similar: Crossings,
    }),
  }),
  /** Why there is no graph.graphml, in one sentence; null if there is one. */
  graphmlLeftOut: z.string().nullable(),
});
export type GraphFacts = z.infer<typeof GraphFacts>;

/** Products that `diff.json` keeps of those that gained exposure, and of those that lost; how many more there are it does not say. */
export const KEPT_CHANGES = 20;

/** `diff.json`: what changed since the run before (the newest earlier manifest). */
export const Diff = z.strictObject({
  run: Numbered,
  previous: z.strictObject({ run: Numbered, asOfMs: Count }).nullable(),
  /** null where there is no earlier run, or it cannot be compared with. */
  changes: z
    .strictObject({
      /** Recommended edges (user, product, list). */
      edges: z.strictObject({ added: Count, removed: Count, kept: Count }),
      /** Share of a user's list that is not in the list before; over users that had a list in both runs. `shares`: users by tenths: [0], (0,0.1], … (0.9,1] (11 counts). */
      churn: z.strictObject({
        any: z.strictObject({ users: Count, mean: z.number(), shares: z.array(Count).length(11) }).nullable(),
        new: z.strictObject({ users: Count, mean: z.number(), shares: z.array(Count).length(11) }).nullable(),
      }),
      /** Lists `any` that a product stands in, before and now; largest changes first, at most KEPT_CHANGES each. */
      exposure: z.strictObject({
        gained: z.array(Named.extend({ before: Count, now: Count })).max(KEPT_CHANGES),
        lost: z.array(Named.extend({ before: Count, now: Count })).max(KEPT_CHANGES),
      }),
      vertices: z.strictObject({
        new: z.strictObject({ users: Count, products: Count }),
        gone: z.strictObject({ users: Count, products: Count }),
      }),
    })
    .nullable(),
  /** Why it cannot be compared, a part of a sentence; null where it can, or there is no earlier run. */
  reason: z.string().nullable().default(null),
});
export type Diff = z.infer<typeof Diff>;

/** `summary/network.json`: the graph to walk through, at most 20,000 vertices and 60,000 edges (a third of each kind, as far as there are as many); column by column, for size. */
export const Network = z.strictObject({
  vertices: z.strictObject({
    ids: z.array(z.string()), // u:…, p:…
    labels: z.array(z.string()),
    /** index into communities of graph.json's numbering; -1: none */
    communities: z.array(z.int()),
    degrees: z.array(Count), // in the whole graph
    sales: z.array(Count),
  }),
  edges: z.strictObject({
    sources: z.array(Count), // indices of vertices
    targets: z.array(Count),
    /** 0 bought, 1 recommended (list any), 2 similar */
    kinds: z.array(z.int().min(0).max(2)),
    /** 0..1: score or count relative to the strongest of the kind */
    strengths: z.array(z.number()),
  }),
  /** What was chosen, one sentence. */
  chosen: z.string(),
  leftOut: z.strictObject({ vertices: Count, edges: Count }),
});
export type Network = z.infer<typeof Network>;

/** `summary/sales.json`: sales by time. */
export const SalesSummary = z.strictObject({
  /** Width of a bucket: hours that divide a day, or days, as few as make at most 400 buckets. */
  bucketMs: Numbered,
  /** Begin of the first bucket, a whole multiple of bucketMs since the epoch. */
  fromMs: Count,
  /** Sales (purchases of a weighted type) per bucket, gaps as 0. */
  counts: z.array(Count),
});
export type SalesSummary = z.infer<typeof SalesSummary>;
