package cartograph.graph

import cartograph.features.{Decay, UserHistory}
import cartograph.lists.{Ranking, Selection}
import cartograph.sales.Product

/** A product that a user bought, and its share in the explanation of a recommended product, 0..1. */
final case class Reason(product: Product, share: Double)

/**
 * Explains recommendations by the products that the user bought.
 *
 *   contribution(x, j) = weight(x) * sum over the kinds of Together of strength(x, j)
 *   weight(x)          = 0.5 ^ (age of the last purchase of x / 6 horizons), as in the features of the ranker
 *   share(x, j)        = contribution(x, j) / sum of the contributions of all purchased products to j
 *
 * for a purchased product x and a recommended product j. If the user bought j before, j contributes to itself with strength 1
 * and is always the first reason. Most features of the ranker are made of the same co-purchase strengths; the trees of the
 * ranker have no part in the explanation.
 *
 * @param asOfMs the moment from which ages are measured, epoch ms
 */
final class Explanations(val table: NeighbourTable, asOfMs: Long, horizonMs: Long) extends Serializable {

  /**
   * Explains all recommendations of one user.
   *
   * @param bought all that the user bought, sorted by product
   * @param listed numbers of the recommended products, each once
   * @return by recommended product: at most three reasons, strongest first; empty if no purchased product contributes
   */
  def reasons(bought: IndexedSeq[Link], listed: Seq[Int]): Map[Int, Seq[Reason]] = {
    val contributions = listed.map(_ => new Array[Double](bought.size)).toArray
    // By place in the table; null for products that are not listed. It is an array and not a map, because it is read for every
    // neighbour of every purchased product.
    val contributionsAt = new Array[Array[Double]](table.products.length)
    for ((product, toProduct) <- listed.zip(contributions) if table.placeOf(product) >= 0)
      contributionsAt(table.placeOf(product)) = toProduct
    bought.iterator.zipWithIndex.foreach { case (link, index) =>
      val weight = Decay((asOfMs - link.bought.lastMs).toDouble / horizonMs, UserHistory.HalfLife)
      val itself = listed.indexOf(link.product.number)
      if (itself >= 0) contributions(itself)(index) += weight
      val place = table.placeOf(link.product.number)
      if (place >= 0) table.foreach(place) { (target, strength) =>
        val toTarget = contributionsAt(target)
        if (toTarget != null) toTarget(index) += weight * strength
      }
    }
    listed.zip(contributions).map { case (product, toProduct) => product -> strongest(product, bought, toProduct) }.toMap
  }

  private def strongest(listed: Int, bought: IndexedSeq[Link], contributions: Array[Double]): Seq[Reason] = {
    val sum = contributions.sum
    val best = new Selection(Explanations.MaxReasons)
    // Selected by index, which orders ties by product number because `bought` is sorted by product.
    contributions.indices.foreach { index =>
      if (contributions(index) > 0 && bought(index).product.number != listed) best.offer(index, contributions(index))
    }
    val itself = bought.indexWhere(_.product.number == listed)
    val others = best.result.map(_.product).toSeq
    (if (itself >= 0) itself +: others else others).take(Explanations.MaxReasons)
      .map(index => Reason(bought(index).product, if (sum > 0) Ranking.rounded(contributions(index) / sum) else 0.0))
  }
}

object Explanations {
  private val MaxReasons = 3
}
