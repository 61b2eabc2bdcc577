package cartograph.evaluation

import cartograph.lists.ListKind

/**
 * NDCG@10 of the users whose history has from..to products.
 *
 * @param to inclusive; None if there is no limit
 */
final case class HistoryMetric(from: Int, to: Option[Int], ndcg: Metric)

/**
 * The metrics of one scorer for one list; see `RankingMeasures`.
 *
 * @param novelty      mean self-information of the listed products, bits; None if no user has a list
 * @param coverage     share of the catalogue that is in at least one list that was measured
 * @param byHistory    NDCG@10 by the length of the user's history, without the lengths that no user has
 * @param byPopularity by tenth of the catalogue, most popular first: the share of the purchases that were listed
 */
final case class RankingMetrics(
    ndcg: Metric,
    recall: Metric,
    map: Metric,
    hitRate: Metric,
    novelty: Option[Metric],
    coverage: Double,
    byHistory: Seq[HistoryMetric],
    byPopularity: Seq[(Int, Metric)]
)

/**
 * A difference, user by user: the model minus the list that it would replace.
 *
 * @param overServed None if no run was compared
 */
final case class Difference(overBaseline: Metric, overServed: Option[Metric])

/**
 * The difference in NDCG@10 over the users whose history has from..to products.
 *
 * @param to inclusive; None if there is no limit
 */
final case class HistoryDifference(from: Int, to: Option[Int], difference: Difference)

/**
 * The model, compared user by user with the best baseline and with the served run.
 *
 * @param baseline     name of the best baseline over all users, which every part is compared with
 * @param overall      in NDCG@10, over all users
 * @param overServedLists in NDCG@10 over the served run, among the users to whom it gives a list; None if there are none
 * @param byHistory    in NDCG@10, by the length of the user's history, without the lengths that no user has
 * @param byPopularity by tenth of the catalogue, most popular first: in the share of the purchases that were listed
 */
final case class Comparison(
    baseline: String,
    overall: Difference,
    overServedLists: Option[Metric],
    byHistory: Seq[HistoryDifference],
    byPopularity: Seq[(Int, Difference)]
)

/** Scorers that were measured on the same users, by name, in the order in which metrics.json has them. */
final case class Compared(scorers: Seq[(String, RankingMetrics)], comparison: Comparison) {
  def of(name: String): Option[RankingMetrics] = scorers.collectFirst { case (`name`, metrics) => metrics }
}

/**
 * How good a run is.
 *
 * @param users        users with at least one pair of the holdout that can be ranked
 * @param heldOutPairs pairs of a user and a product in the holdout
 * @param unknownPairs pairs that no scorer can rank, because the user or the product was unknown before
 * @param limits       held-out purchases that are not candidates
 * @param any          the list `any`; None if no user could be measured
 * @param discoveries  the list `new`; None if no user could be measured
 * @param rmse         root mean squared error of the preference that matrix factorisation predicts
 */
final case class Quality(
    users: Long,
    heldOutPairs: Long,
    unknownPairs: Long,
    limits: CandidateLimits,
    any: Option[Compared],
    discoveries: Option[Compared],
    rmse: Option[Metric]
) {
  def of(list: ListKind): Option[Compared] = list match {
    case ListKind.Any => any
    case ListKind.New => discoveries
  }
}
