package cartograph.graph

import cartograph.features.{Decay, UserHistory}
import cartograph.lists.{Ranking, Selection}
import cartograph.sales.Product

/** A product of the history and its share of what the whole history says for a listed product, 0..1. */
final case class Reason(product: Product, share: Double)

/**
 * Which products of a user's history carry a product of the lists.
 *
 *   contribution(x, j) = weight(x) * sum over the kinds of Together of strength(x, j)
 *   weight(x)          = 0.5 ^ (age of the last purchase of x / 6 horizons), as the ranker weighs a history
 *   share(x, j)        = contribution(x, j) / sum over the whole history
 *
 * A product that was bought before goes with itself with strength 1, and stands first whatever the others say. It explains
 * by co-purchase, which is what most of the ranker's features are made of, not by the ranker's trees.
 */
final class Explanations(val table: NeighbourTable, asOfMs: Long, horizonMs: Long) extends Serializable {

  /**
   * @param bought all that one user bought, in the order of products
   * @param listed distinct numbers of products
   * @return by listed product, strongest first, at most three; empty where nothing of the history goes with it
   */
  def of(bought: IndexedSeq[Link], listed: Seq[Int]): Map[Int, Seq[Reason]] = {
    val contributions = listed.map(_ => new Array[Double](bought.size)).toArray
    // From a place to its contributions; a lookup for every link of every product, so an array.
    val listedAt = new Array[Array[Double]](table.products.length)
    for ((product, of) <- listed.zip(contributions) if table.placeOf(product) >= 0) listedAt(table.placeOf(product)) = of
    bought.iterator.zipWithIndex.foreach { case (link, index) =>
      val weight = Decay((asOfMs - link.bought.lastMs).toDouble / horizonMs, UserHistory.HalfLife)
      val itself = listed.indexOf(link.product.number)
      if (itself >= 0) contributions(itself)(index) += weight
      val place = table.placeOf(link.product.number)
      if (place >= 0) table.foreach(place) { (target, strength) =>
        val of = listedAt(target)
        if (of != null) of(index) += weight * strength
      }
    }
    listed.zip(contributions).map { case (product, of) => product -> strongest(product, bought, of) }.toMap
  }

  private def strongest(listed: Int, bought: IndexedSeq[Link], contributions: Array[Double]): Seq[Reason] = {
    val sum = contributions.sum
    val best = new Selection(Explanations.Reasons)
    // By index, as the products of a history stand in the order of their numbers.
    contributions.indices.foreach { index =>
      if (contributions(index) > 0 && bought(index).product.number != listed) best.offer(index, contributions(index))
    }
    val itself = bought.indexWhere(_.product.number == listed)
    val others = best.result.map(_.product).toSeq
    (if (itself >= 0) itself +: others else others).take(Explanations.Reasons)
      .map(index => Reason(bought(index).product, if (sum > 0) Ranking.rounded(contributions(index) / sum) else 0.0))
  }
}

object Explanations {
  private val Reasons = 3
}
