package cartograph.features

import org.apache.spark.rdd.RDD

/**
 * Statistics of the whole shop, which those of a product are relative to.
 *
 * @param products how many products were bought
 * @param stats    sum of the statistics of these
 */
final case class ShopTotals(products: Int, stats: ProductStats) {
  private def reciprocalMean(total: Double): Double = products / (total + 1.0)

  /** Factors that turn the lines, by span, the first purchases and the buyers of a product into shares. */
  val perLine: Array[Double] = stats.lines.map(total => reciprocalMean(total.toDouble))
  val perFirstBuy: Double = reciprocalMean(stats.firstBuys.toDouble)
  val perBuyer: Double = products.toDouble / math.max(1, stats.buyers)

  /** Share of the buyers who bought the same product again. */
  val returningShare: Double = stats.returning.toDouble / math.max(1, stats.buyers)

  /** Mean time between two purchases of a product by one user, horizons. */
  val gap: Double = stats.gap / math.max(1, stats.gaps)
}

object ShopTotals {
  /** Sums the statistics in the order of partitions and rows. */
  def of(stats: RDD[(Int, ProductStats)]): ShopTotals = {
    val parts = stats.mapPartitionsWithIndex { (part, rows) =>
      val (count, sum) = rows.foldLeft((0, ProductStats.None)) { case ((count, sum), (_, stats)) => (count + 1, sum + stats) }
      Iterator.single((part, count, sum))
    }.collect().sortBy(_._1)
    ShopTotals(parts.map(_._2).sum, parts.map(_._3).foldLeft(ProductStats.None)(_ + _))
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
  val Prior = 10.0
  /** Keeps the trend of a product that is rarely bought near 1. */
  val TrendPrior = 0.25
}
