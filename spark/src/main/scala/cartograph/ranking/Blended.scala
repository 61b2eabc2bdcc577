package cartograph.ranking

import cartograph.features.Candidates
import cartograph.lists.{ListKind, Ranking}

/**
 * A scorer that takes part in a blend.
 *
 * @param weight above 0
 */
final case class Part(scorer: Scorer, weight: Double)

/**
 * Orders by a convex blend of several orders of a user's candidates.
 *
 *   score(p) = sum over parts of weight / (Flatness + place of p in the part's order)
 *
 * Places count from 0 among the candidates that the list admits, so scores of any scale can be blended (reciprocal rank fusion:
 * Cormack, Clarke and Buettcher, SIGIR 2009).
 *
 * @param name  the name in metrics.json
 * @param parts their weights add up to 1
 */
final case class Blended(name: String, parts: Seq[Part], list: ListKind) extends Scorer {
  def scores(candidates: Candidates): Array[Double] = Blended.scores(
    parts.map { case Part(scorer, weight) => Blended.places(scorer, candidates, list) -> weight }
  )
}

object Blended {
  /** The larger it is, the less the first places differ from those after them. */
  private[ranking] val Flatness = 10.0

  /** @return the place of each candidate in the scorer's order, from 0; -1 if the list does not admit the candidate */
  def places(scorer: Scorer, candidates: Candidates, list: ListKind): Array[Int] = {
    val scores = scorer.scores(candidates)
    val (rounded, ties) = (new Array[Double](candidates.size), new Array[Double](candidates.size))
    var row = 0
    while (row < candidates.size) {
      rounded(row) = Ranking.rounded(scores(row))
      ties(row) = scorer.tie(candidates, row)
      row += 1
    }
    // Candidates are in the order of products, so the last tie is decided by product.
    val order = candidates.admittedBy(list)
    RowOrder.sort(order, rounded, ties)
    val places = Array.fill(candidates.size)(-1)
    order.indices.foreach(place => places(order(place)) = place)
    places
  }

  /**
   * @param orders the places of all candidates in an order, and its weight; at least one, all of the same list
   * @return the score of each candidate; 0 if the list does not admit the candidate
   */
  def scores(orders: Seq[(Array[Int], Double)]): Array[Double] = {
    val sums = new Array[Double](orders.head._1.length)
    for ((places, weight) <- orders) {
      var row = 0
      while (row < sums.length) {
        if (places(row) >= 0) sums(row) += weight / (Flatness + places(row))
        row += 1
      }
    }
    sums
  }
}
