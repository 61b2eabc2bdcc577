import * as z from 'zod';
import { ListKind } from './quality.ts';

/** Schemas of the small documents of a run. Pages and charts read them instead of the large files. */

const Count = z.int().min(0);
const PositiveInt = z.int().min(1);

/** A vertex in a picture of the graph. Its id begins with `u:` for a user and with `p:` for a product. */
export const SummaryVertex = z.strictObject({
  id: z.string().regex(/^[up]:/s),
  label: z.string(),
  degree: Count,
  inDegree: Count,
  outDegree: Count,
  pageRank: z.number(),
  component: Count,
  /** Number of its community; null if it has none. */
  community: Count.nullable().default(null),
  /** Number of purchases by the user or of the product. */
  sales: Count.default(0),
});

/** `summary/graph.json`: the part of the recommendation graph that the picture shows. */
export const GraphSummary = z.strictObject({
  /** These numbers are of the whole graph. */
  vertices: Count,
  edges: Count,
  users: Count,
  products: Count,
  components: Count,
  /** Which part was chosen and why, one sentence for the picture. */
  chosen: z.string(),
  shown: z.strictObject({
    vertices: z.array(SummaryVertex),
    /** Recommendations of the list `any`. Rank 1 is the best; the score is that of the list. */
    edges: z.array(
      z.strictObject({ source: z.string(), target: z.string(), rank: PositiveInt, score: z.number() }),
    ),
  }),
});
export type GraphSummary = z.infer<typeof GraphSummary>;

/** `summary/degrees.json`: the number of users and of products with each degree that occurs, ascending by degree. */
export const DegreeSummary = z.strictObject({
  users: z.array(z.strictObject({ degree: Count, vertices: PositiveInt })),
  products: z.array(z.strictObject({ degree: Count, vertices: PositiveInt })),
});
export type DegreeSummary = z.infer<typeof DegreeSummary>;

/** `summary/products.json`: the products that are recommended most. */
export const ProductSummary = z.strictObject({
  /** Number of recommendations in the lists `any`, of all products. */
  recommendations: Count,
  /** Most recommended first, at most 50. */
  products: z.array(
    z.strictObject({
      product: z.string(),
      name: z.string().nullable(),
      /** Number of users whose list `any` contains the product. */
      recommendedTo: Count,
      buyers: Count,
      /** Rank by number of buyers; 1 has most. */
      salesRank: PositiveInt,
    }),
  ),
});
export type ProductSummary = z.infer<typeof ProductSummary>;

/** `summary/users.json`: the last purchases and the recommendations of a few users. */
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
          rank: PositiveInt,
          product: z.string(),
          name: z.string().nullable(),
          score: z.number(),
        }),
      ),
    }),
  ),
});
export type UserSummary = z.infer<typeof UserSummary>;

/** A product and its name; null if it has none. */
export const NamedProduct = z.strictObject({ product: z.string(), name: z.string().nullable() });

/** Edges whose ends both have a community. */
const Crossings = z.strictObject({
  edges: Count,
  /** How many of them connect two communities. */
  crossing: Count,
  /**
   * Expected number of such edges if sources and targets were paired at random; null in runs of versions that did not
   * compute it.
   */
  byChance: z.number().min(0).nullable().default(null),
});

/** `graph.json`: facts about the whole graph. */
export const GraphFacts = z.strictObject({
  run: PositiveInt,
  vertices: Count,
  edges: Count,
  users: Count,
  products: Count,
  edgesByKind: z.strictObject({ bought: Count, recommended: Count, similar: Count }),
  /** How evenly the lists `any` recommend the products. */
  exposure: z.strictObject({
    recommendations: Count,
    /**
     * Gini coefficient: 0 if all products are recommended equally often, 1 if one product takes all recommendations. Null
     * if there are none.
     */
    gini: z.number().min(0).max(1).nullable(),
    /** Share of the recommendations that the ten most recommended products take, 0 to 1. Null if there are none. */
    top10Share: z.number().min(0).max(1).nullable(),
    /**
     * The smallest number of products that together take at least half of the recommendations, and their share. Null if
     * there are no recommendations.
     */
    half: z.strictObject({ products: PositiveInt, share: z.number().min(0.5).max(1) }).nullable(),
    /** Number of products that have a buyer but are in no list, neither `any` nor `new`. */
    neverRecommended: Count,
    /**
     * Points of the Lorenz curve from [0,0] to [1,1]: [share of products, share of recommendations], least recommended
     * products first. Points are closer together where the curve is steep.
     */
    lorenz: z.array(z.tuple([z.number(), z.number()])).max(402),
  }),
  components: z.strictObject({
    count: Count,
    /** Largest first. */
    largest: z.array(z.strictObject({ users: Count, products: Count })).max(20),
  }),
  /**
   * Power law fitted to the tail of the degree distribution: P(degree) ~ degree^-exponent for degrees ≥ `from` (Clauset,
   * Shalizi and Newman 2009, discrete MLE); null if the tail has fewer than 50 vertices.
   */
  tails: z.strictObject({
    users: z.strictObject({ exponent: z.number(), from: PositiveInt, vertices: Count }).nullable(),
    products: z.strictObject({ exponent: z.number(), from: PositiveInt, vertices: Count }).nullable(),
  }),
  communities: z.strictObject({
    count: Count,
    modularity: z.number().nullable(),
    /** Largest first; `top` are the products that are bought most in the community. */
    largest: z
      .array(
        z.strictObject({
          community: Count,
          users: Count,
          products: Count,
          top: z.array(NamedProduct).max(5),
        }),
      )
      .max(20),
    /**
     * Edges between communities, by kind. Communities are computed from purchases, so few edges of the kinds `bought` and
     * `similar` cross. The number of recommendations that cross is a finding.
     */
    edges: z.strictObject({
      bought: Crossings,
      recommendedAny: Crossings,
      recommendedNew: Crossings,
      similar: Crossings,
    }),
  }),
  /** Why there is no `graph.graphml`, one sentence; null if there is one. */
  graphmlLeftOut: z.string().nullable(),
});
export type GraphFacts = z.infer<typeof GraphFacts>;

/** The changes of one kind of list since the previous run, over all users and all products. */
const ListTotals = z.strictObject({
  users: z.strictObject({
    /** Users who have the list in both runs. */
    compared: Count,
    /** Those of them whose list has other products than before. */
    changed: Count,
    /** Users who have the list only in this run, and only in the previous one. */
    added: Count,
    gone: Count,
  }),
  /**
   * Products that both lists of a user have, divided by those that any of the two has (Jaccard index): the mean over the users
   * compared; null if there are none.
   */
  overlap: z.number().min(0).max(1).nullable(),
  /** Products that are in a list now and were in none before, that were in one and are in none now, and that are in one in both. */
  products: z.strictObject({ entered: Count, left: Count, stayed: Count }),
});

/**
 * Largest number of products that `diff.json` lists as having gained exposure, and as having lost it. It counts all of them
 * in `exposure.products`.
 */
export const KEPT_CHANGES = 20;

/** `diff.json`: the changes since the previous run, which is that of the newest earlier manifest. */
export const Diff = z.strictObject({
  run: PositiveInt,
  /** Null if there is no earlier run. */
  previous: z.strictObject({ run: PositiveInt, asOfMs: Count }).nullable(),
  /** Null if there is no earlier run, or if the runs cannot be compared. */
  changes: z
    .strictObject({
      /** Number of recommendations (user, product, list). */
      edges: z.strictObject({ added: Count, removed: Count, kept: Count }),
      /**
       * Share of a user's list that was not in the user's previous list, over the users who have a list in both runs.
       * `shares` counts the users by that share: 0, above 0 up to 0.1, …, above 0.9 up to 1. Null if there are no such
       * users.
       */
      churn: z.strictObject({
        any: z.strictObject({ users: Count, mean: z.number(), shares: z.array(Count).length(11) }).nullable(),
        new: z.strictObject({ users: Count, mean: z.number(), shares: z.array(Count).length(11) }).nullable(),
      }),
      /** Number of lists `any` that contain a product, before and now; largest change first. */
      exposure: z.strictObject({
        gained: z.array(NamedProduct.extend({ before: Count, now: Count })).max(KEPT_CHANGES),
        lost: z.array(NamedProduct.extend({ before: Count, now: Count })).max(KEPT_CHANGES),
        /** Number of all products that gained and lost; null in runs of versions that did not count them. */
        products: z.strictObject({ gained: Count, lost: Count }).nullable().default(null),
      }),
      /** Null in runs of versions that did not count them. */
      totals: z.strictObject({ any: ListTotals, new: ListTotals }).nullable().default(null),
      vertices: z.strictObject({
        new: z.strictObject({ users: Count, products: Count }),
        gone: z.strictObject({ users: Count, products: Count }),
      }),
    })
    .nullable(),
  /** Why the runs cannot be compared, as a clause; null if they can, or if there is no earlier run. */
  reason: z.string().nullable().default(null),
});
export type Diff = z.infer<typeof Diff>;

/**
 * `summary/network.json`: the interactive graph. It has at most 20,000 vertices and 60,000 edges, a third of each kind if
 * there are that many. Stored by column, which is smaller.
 */
export const Network = z.strictObject({
  vertices: z.strictObject({
    /** `u:…` for users, `p:…` for products. */
    ids: z.array(z.string()),
    labels: z.array(z.string()),
    /** Numbers of the communities, as in `graph.json`; -1 for none. */
    communities: z.array(z.int()),
    /** Degrees in the whole graph. */
    degrees: z.array(Count),
    sales: z.array(Count),
  }),
  edges: z.strictObject({
    /** Indices into the columns of `vertices`. */
    sources: z.array(Count),
    targets: z.array(Count),
    /** 0: bought, 1: recommended (list `any`), 2: similar. */
    kinds: z.array(z.int().min(0).max(2)),
    /** 0 to 1: score or count, relative to the strongest edge of the same kind. */
    strengths: z.array(z.number()),
  }),
  /** Which part of the graph was chosen, one sentence. */
  chosen: z.string(),
  /** Numbers of vertices and edges that were not chosen. */
  leftOut: z.strictObject({ vertices: Count, edges: Count }),
});
export type Network = z.infer<typeof Network>;

/** `summary/sales.json`: number of sales over time. */
export const SalesSummary = z.strictObject({
  /** Width of a bucket, ms: the smallest number of hours that divides a day, or of days, with at most 400 buckets. */
  bucketMs: PositiveInt,
  /** Start of the first bucket, epoch ms; a multiple of `bucketMs`. */
  fromMs: Count,
  /** Number of purchases of a type with a weight per bucket, without gaps: 0 where there were none. */
  counts: z.array(Count),
});
export type SalesSummary = z.infer<typeof SalesSummary>;
