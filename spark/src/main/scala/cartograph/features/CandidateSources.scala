package cartograph.features

import cartograph.lists.{Ranked, Selection}

/**
 * Where the candidates of one user come from, for one block of products or several: the best products that the user did not
 * buy, by source. Each array is best first and has at most [[CandidateSources.PerSource]] products.
 *
 * @param als    by matrix factorisation
 * @param users  by co-purchase by the same users
 * @param after  by what is bought after the user's products
 * @param wanted products whose score was asked for, with the score of matrix factorisation; in no order
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
    best(als, other.als),
    best(users, other.users),
    best(after, other.after),
    wanted ++ other.wanted
  )

  private def best(a: Array[Ranked], b: Array[Ranked]): Array[Ranked] = {
    val selection = new Selection(PerSource)
    (a ++ b).foreach(ranked => selection.offer(ranked.product, ranked.score))
    selection.result
  }

  /**
   * Returns the candidates: the user's own products, the best of each source, and what is popular.
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
  /** Products of each source. */
  val PerSource = 100
  private val Own = 250
  private val PerPopularity = 60
}
