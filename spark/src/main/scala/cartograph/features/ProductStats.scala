package cartograph.features

import org.apache.spark.rdd.RDD

import cartograph.platform.{ByKey, NumberPartitioner}
import cartograph.sales.Purchases

/**
 * Counts and sums over the purchases of a product, or of the whole shop, before a moment. Ages and times are in horizons.
 *
 * @param lines            lines of purchases, by span of [[ProductStats.Spans]]
 * @param firstBuys        users who bought it for the first time in the last horizon
 * @param buyers           users who ever bought it
 * @param returning        users who bought it more than once
 * @param gap              sum over the buyers of the time between the first and the last purchase
 * @param gaps             sum over the buyers of the number of lines less one
 * @param logPrice         sum of ln(price) over the lines with a price
 * @param prices           number of the lines with a price
 * @param logUnits         sum of ln(1 + units) over the lines
 * @param decayedFirstBuys sum over the buyers of the first purchase, decayed with a half-life of 4
 * @param userMass         sum over the buyers of the squared weight in [[Similar]]
 * @param basketMass       the same sum over the baskets
 * @param firstMs          time of the oldest line, epoch ms
 * @param lastMs           time of the newest line, epoch ms
 */
final case class ProductStats(
    lines: Array[Int],
    firstBuys: Int,
    buyers: Int,
    returning: Int,
    gap: Double,
    gaps: Int,
    logPrice: Double,
    prices: Int,
    logUnits: Double,
    decayedFirstBuys: Double,
    userMass: Double,
    basketMass: Double,
    firstMs: Long,
    lastMs: Long
) {
  def +(other: ProductStats): ProductStats = ProductStats(
    lines = lines.zip(other.lines).map { case (a, b) => a + b },
    firstBuys = firstBuys + other.firstBuys,
    buyers = buyers + other.buyers,
    returning = returning + other.returning,
    gap = gap + other.gap,
    gaps = gaps + other.gaps,
    logPrice = logPrice + other.logPrice,
    prices = prices + other.prices,
    logUnits = logUnits + other.logUnits,
    decayedFirstBuys = decayedFirstBuys + other.decayedFirstBuys,
    userMass = userMass + other.userMass,
    basketMass = basketMass + other.basketMass,
    firstMs = math.min(firstMs, other.firstMs),
    lastMs = math.max(lastMs, other.lastMs)
  )

  /** Mean of ln(price); NaN if no line has a price. */
  def meanLogPrice: Double = if (prices > 0) logPrice / prices else Double.NaN
}

object ProductStats {
  /** Spans of `lines`, in horizons before the moment. The constants below are positions in this array. */
  val Spans: Array[Double] = Array(Double.PositiveInfinity, 0.125, 0.25, 1, 2, 6)
  val Ever: Int = 0
  val Eighth: Int = 1
  val Quarter: Int = 2
  val One: Int = 3
  val Two: Int = 4
  val Six: Int = 5

  /** Half-lives in horizons: of a user's purchases, of a basket, and of a first purchase. */
  val UserHalfLife: Double = 6.0
  val BasketHalfLife: Double = 12.0
  val FirstBuyHalfLife: Double = 4.0

  /** The statistics of nothing: neutral for `+`. */
  val Empty: ProductStats = ProductStats(
    lines = new Array[Int](Spans.length),
    firstBuys = 0,
    buyers = 0,
    returning = 0,
    gap = 0,
    gaps = 0,
    logPrice = 0,
    prices = 0,
    logUnits = 0,
    decayedFirstBuys = 0,
    userMass = 0,
    basketMass = 0,
    firstMs = Long.MaxValue,
    lastMs = Long.MinValue
  )

  /**
   * Sums the purchases of all users by product.
   *
   * @param purchases by user, before the moment
   * @param products  partitioner of the result
   * @return one row per product that was bought; sums are in the order of partitions and users, so that they can be repeated
   */
  def of(purchases: RDD[(Int, Purchases)], moment: Moment, products: NumberPartitioner): RDD[(Int, ProductStats)] = {
    val sumsByPart = purchases.mapPartitionsWithIndex { (part, users) =>
      val sums = scala.collection.mutable.HashMap.empty[Int, ProductStats]
      users.foreach { case (_, bought) =>
        ofUser(bought, moment).foreach { case (product, stats) =>
          sums(product) = sums.get(product).fold(stats)(_ + stats)
        }
      }
      sums.iterator.map { case (product, stats) => product -> (part -> stats) }
    }
    sumsByPart.groupByKey(products).mapValues(ByKey.values(_).reduce(_ + _))
  }

  /** Returns the statistics of each product that a user bought, counting only this user. */
  private def ofUser(purchases: Purchases, moment: Moment): Iterator[(Int, ProductStats)] =
    purchases.products.indices.groupBy(purchases.products(_)).iterator.map { case (product, lines) =>
      val ages = lines.map(line => moment.age(purchases.atMs(line)))
      val priced = lines.map(purchases.prices(_)).filter(price => price > 0)
      val userWeight = math.min(1.0, ages.map(Decay(_, UserHalfLife)).sum)
      product -> ProductStats(
        lines = Spans.map(span => ages.count(_ <= span)),
        firstBuys = if (ages.max <= 1) 1 else 0,
        buyers = 1,
        returning = if (lines.size > 1) 1 else 0,
        gap = ages.max - ages.min,
        gaps = lines.size - 1,
        logPrice = priced.map(price => Elementary.ln(price.toDouble)).sum,
        prices = priced.size,
        logUnits = lines.map(line => Elementary.log1p(purchases.quantities(line).toDouble)).sum,
        decayedFirstBuys = Decay(ages.max, FirstBuyHalfLife),
        userMass = userWeight * userWeight,
        basketMass = ages.map(Decay(_, BasketHalfLife)).map(decay => decay * decay).sum,
        firstMs = purchases.atMs(lines.head),
        lastMs = purchases.atMs(lines.last)
      )
    }
}
