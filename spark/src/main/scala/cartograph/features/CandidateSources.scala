package cartograph.features

import cartograph.lists.{Ranked, Selection}

/**
 * Where the candidates of one user come from, for one block of products or several: the best products that the user did not
 * buy, by source. Each array is best first and has at most [[CandidateSources.PerSource]] products.
 *
 * @param als    by matrix factorisation
 * @param users  by co-purchase by the same users
 * @param after  by purchase after the user's products
 * @param wanted requested products with their scores of matrix factorisation; in no order
 */
private[features] final case class CandidateSources(
    als: Array[Ranked],
    users: Array[Ranked],
    after: Array[Ranked],
    wanted: Array[Ranked]
) {
  import CandidateSources._

  /** Combines the sources of two blocks. */
  def +(other: CandidateSources): CandidateSources = CandidateSources(
    als = best(als, other.als),
    users = best(users, other.users),
    after = best(after, other.after),
    wanted = wanted ++ other.wanted
  )

  private def best(a: Array[Ranked], b: Array[Ranked]): Array[Ranked] = {
    val selection = new Selection(PerSource)
    (a ++ b).foreach(ranked => selection.offer(ranked.product, ranked.score))
    selection.result
  }

  /**
   * Returns the candidates: the user's own products, the best of each source, and popular products.
   *
   * @param popular lists of products, best first; see [[Snapshot]]
   * @return products, ascending, each once
   */
  def candidates(history: UserHistory, popular: Array[Array[Int]]): Array[Int] = {
    val notBought = popular.flatMap(_.iterator.filter(history.indexOf(_) < 0).take(PerPopularity))
    val best = Array(als, users, after).flatMap(_.map(_.product))
    (history.strongest(Own) ++ best ++ notBought).distinct.sorted
  }
}

private[features] object CandidateSources {
  /** Products of each source, at most. */
  val PerSource: Int = 100
  /** Products that the user bought, at most. */
  private val Own = 250
  /** Products of each list of popular products, at most. */
  private val PerPopularity = 60
}
