package cartograph.output

import scala.annotation.tailrec

import com.fasterxml.jackson.databind.JsonNode

import cartograph.graph.VertexTotals
import cartograph.lists.Ranking
import cartograph.platform.Documents.{arr, obj}

/**
 * Measures how evenly the lists `any` are spread over products.
 *
 * All functions take `sorted`: pairs of a number of lists and the number of products that are in that many lists, each number of
 * lists once, fewest lists first.
 */
object ExposureMeasures {
  private val TopProducts = 10
  /** The Lorenz curve keeps a point wherever it has moved by 1 / 200 of its height or width. */
  private val LorenzSteps = 200

  /** Makes `exposure` of `graph.json`. The measures are null if no product is recommended. */
  def node(totals: VertexTotals): JsonNode = {
    val sorted = totals.exposure.toArray.sorted
    val recommendations = sorted.map { case (lists, products) => lists * products }.sum
    obj(
      "recommendations" -> recommendations,
      "gini" -> Option.when(recommendations > 0)(Ranking.rounded(gini(sorted))),
      "top10Share" -> Option.when(recommendations > 0)(Ranking.rounded(top(sorted, TopProducts).toDouble / recommendations)),
      "half" -> Option.when(recommendations > 0) {
        val (products, lists) = half(sorted)
        obj("products" -> products, "share" -> Ranking.rounded(lists.toDouble / recommendations))
      },
      "neverRecommended" -> totals.neverRecommended,
      "lorenz" -> arr(lorenz(sorted).map { case (products, lists) => arr(Seq(products, lists)) })
    )
  }

  /**
   * Returns the Gini coefficient: half the mean difference between two products, relative to the mean. Some product must be in a
   * list.
   */
  private[cartograph] def gini(sorted: Array[(Int, Long)]): Double = {
    val counts = sorted.map { case (_, count) => count }
    val products = counts.sum.toDouble
    val total = sorted.map { case (lists, count) => lists.toDouble * count }.sum
    // 1 minus twice the area under the Lorenz curve, which is a sum of trapeziums.
    val before = sorted.scanLeft(0.0) { case (sum, (lists, count)) => sum + lists.toDouble * count }
    val twiceArea = counts.indices.map(group => counts(group) / products * (before(group) + before(group + 1)) / total).sum
    math.max(0, 1 - twiceArea)
  }

  /** Returns the number of recommendations of the products that are in most lists. */
  private def top(sorted: Array[(Int, Long)], products: Int): Long = {
    val (_, recommendations) = sorted.reverseIterator.foldLeft((products.toLong, 0L)) { case ((left, sum), (lists, count)) =>
      val taken = math.min(left, count)
      (left - taken, sum + taken * lists)
    }
    recommendations
  }

  /**
   * Returns the smallest number of products that have at least half of all recommendations, and their number of recommendations.
   * Some product must be in a list.
   */
  private[cartograph] def half(sorted: Array[(Int, Long)]): (Long, Long) = {
    val wanted = (sorted.map { case (lists, products) => lists * products }.sum + 1) / 2
    @tailrec
    def from(group: Int, products: Long, taken: Long): (Long, Long) = {
      val (lists, count) = sorted(group)
      if (taken + lists * count < wanted) from(group - 1, products + count, taken + lists * count)
      else {
        val some = (wanted - taken + lists - 1) / lists
        (products + some, taken + some * lists)
      }
    }
    from(sorted.length - 1, 0, 0)
  }

  /**
   * Returns the Lorenz curve: share of products, share of recommendations, from (0, 0) to (1, 1).
   *
   * The curve has a straight piece for every number of lists. Of the ends of these pieces it keeps the first, the last, and every
   * one that is at least 1/200 away from the last one kept, in either direction. So it has at most 402 points, and they are close
   * together where the curve is steep.
   */
  private[cartograph] def lorenz(sorted: Array[(Int, Long)]): Seq[(Double, Double)] = {
    val products = sorted.map { case (_, count) => count }.scanLeft(0L)(_ + _)
    val lists = sorted.map { case (lists, count) => lists * count }.scanLeft(0L)(_ + _)
    if (lists.last == 0) Seq((0.0, 0.0), (1.0, 1.0))
    else {
      val ends = products.zip(lists).map { case (x, y) => (x.toDouble / products.last, y.toDouble / lists.last) }
      val kept = ends.foldLeft(Vector.empty[(Double, Double)]) { case (kept, (endX, endY)) =>
        val isFar = kept.lastOption.forall { case (x, y) => math.max(endX - x, endY - y) >= 1.0 / LorenzSteps }
        if (isFar) kept :+ (endX -> endY) else kept
      }
      val whole = if (kept.last == ends.last) kept else kept :+ ends.last
      whole.map { case (x, y) => (Ranking.rounded(x), Ranking.rounded(y)) }
    }
  }
}
