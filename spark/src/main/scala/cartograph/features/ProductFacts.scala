package cartograph.features

import org.apache.spark.rdd.RDD

import cartograph.platform.ByKey

/**
 * Statistics of the whole shop. The features of a product are relative to them.
 *
 * @param products number of products that were bought
 * @param stats    sum of the statistics of these products
 */
final case class ShopTotals(products: Int, stats: ProductStats) {
  private def reciprocalMean(total: Double): Double = products / (total + 1.0)

  /** Factors that turn a product's lines (by span), first purchases and buyers into shares; see [[Features]]. */
  val perLine: Array[Double] = stats.lines.map(total => reciprocalMean(total.toDouble))
  val perFirstBuy: Double = reciprocalMean(stats.firstBuys.toDouble)
  val perBuyer: Double = products.toDouble / math.max(1, stats.buyers)

  /** Share of the buyers who bought the same product again. */
  val returningShare: Double = stats.returning.toDouble / math.max(1, stats.buyers)

  /** Mean time between two purchases of a product by one user, horizons. */
  val gap: Double = stats.gap / math.max(1, stats.gaps)
}

object ShopTotals {
  /** Sums the statistics in the order of partitions and rows. One sum per partition reaches the driver. */
  def of(stats: RDD[(Int, ProductStats)]): ShopTotals = {
    val byPart = stats.mapPartitionsWithIndex { (part, rows) =>
      val totals = rows.foldLeft(ShopTotals(0, ProductStats.Empty)) { case (sum, (_, stats)) =>
        ShopTotals(sum.products + 1, sum.stats + stats)
      }
      Iterator.single(part -> totals)
    }
    val parts = ByKey.values(byPart.collect())
    ShopTotals(parts.map(_.products).sum, parts.map(_.stats).foldLeft(ProductStats.Empty)(_ + _))
  }
}

/** One product before a moment, as its features need it. */
final class ProductFacts(val stats: ProductStats, val totals: ShopTotals, val moment: Moment) {
  import ProductFacts._

  /** Lines of a span, one of [[ProductStats.Spans]], relative to the mean of the shop's products. */
  def share(span: Int): Double = stats.lines(span) * totals.perLine(span)

  /** The share of a span relative to that of a longer one. */
  def trend(span: Int, longer: Int): Double = (share(span) + TrendPrior) / (share(longer) + TrendPrior)

  /** Share of the buyers who bought it again, shrunk towards the shop's. */
  def returningShare: Double = (stats.returning + Prior * totals.returningShare) / (stats.buyers + Prior)

  /** Mean time between two purchases by one user, shrunk towards the shop's, horizons. */
  def meanGap: Double = (stats.gap + Prior * totals.gap) / (stats.gaps + Prior)
}

private object ProductFacts {
  /** Weight of the shop's mean, in observations. */
  val Prior: Double = 10.0
  /** Keeps the trend of a product that is rarely bought near 1. */
  val TrendPrior: Double = 0.25
}
