package cartograph.features

import org.apache.spark.rdd.RDD

import cartograph.platform.NumberPartitioner
import cartograph.sales.Purchases

/**
 * What is known of a product, or of the whole shop, at a moment. Ages count in horizons: the length of time that
 * recommendations are made for.
 *
 * @param lines     lines of purchases ever, in the last 1/8, 1/4, 1, 2 and 6 horizons
 * @param firstBuys times that a user bought it for the first time, in the last horizon
 * @param buyers    users that ever bought it; `returning` of them more than once
 * @param gap       sum of the horizons between their first and last purchases; `gaps` of them
 * @param logPrice  sum of logarithms of prices; `prices` of them
 * @param logUnits  sum of ln(1 + units)
 * @param freshBuys first purchases, each halved per four horizons of age
 * @param userMass  sum of squares of the users' weights in [[Similar]]; `basketMass` of the baskets'
 * @param firstMs   of the oldest line, `lastMs` of the newest
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
    freshBuys: Double,
    userMass: Double,
    basketMass: Double,
    firstMs: Long,
    lastMs: Long
) {
  def +(other: ProductStats): ProductStats = ProductStats(
    lines.zip(other.lines).map { case (a, b) => a + b },
    firstBuys + other.firstBuys,
    buyers + other.buyers,
    returning + other.returning,
    gap + other.gap,
    gaps + other.gaps,
    logPrice + other.logPrice,
    prices + other.prices,
    logUnits + other.logUnits,
    freshBuys + other.freshBuys,
    userMass + other.userMass,
    basketMass + other.basketMass,
    math.min(firstMs, other.firstMs),
    math.max(lastMs, other.lastMs)
  )
}

object ProductStats {
  /** Spans of `lines`, in horizons; the first is ever. */
  val Spans: Array[Double] = Array(Double.PositiveInfinity, 0.125, 0.25, 1, 2, 6)
  val Ever = 0
  val Eighth = 1
  val Quarter = 2
  val One = 3
  val Two = 4
  val Six = 5

  /** Half lives, in horizons. */
  val UserHalfLife = 6.0
  val BasketHalfLife = 12.0
  val FreshHalfLife = 4.0

  val None: ProductStats =
    ProductStats(new Array[Int](Spans.length), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Long.MaxValue, Long.MinValue)

  /** What one user's purchases say of each product. */
  def ofUser(purchases: Purchases, asOfMs: Long, horizonMs: Long): Iterator[(Int, ProductStats)] = {
    def age(atMs: Long): Double = (asOfMs - atMs).toDouble / horizonMs
    purchases.products.indices.groupBy(purchases.products(_)).iterator.map { case (product, lines) =>
      val ages = lines.map(line => age(purchases.atMs(line)))
      val priced = lines.map(purchases.prices(_)).filter(price => price > 0)
      val userWeight = math.min(1.0, ages.map(halved(_, UserHalfLife)).sum)
      product -> ProductStats(
        Spans.map(span => ages.count(_ <= span)),
        firstBuys = if (ages.max <= 1) 1 else 0,
        buyers = 1,
        returning = if (lines.size > 1) 1 else 0,
        gap = ages.max - ages.min,
        gaps = lines.size - 1,
        logPrice = priced.map(price => math.log(price.toDouble)).sum,
        prices = priced.size,
        logUnits = lines.map(line => math.log1p(purchases.quantities(line).toDouble)).sum,
        freshBuys = halved(ages.max, FreshHalfLife),
        userMass = userWeight * userWeight,
        basketMass = ages.map(age => math.pow(halved(age, BasketHalfLife), 2)).sum,
        firstMs = purchases.atMs(lines.head),
        lastMs = purchases.atMs(lines.last)
      )
    }
  }

  def halved(age: Double, halfLife: Double): Double = math.pow(2, -age / halfLife)

  /** @return by product, placed by `products`; sums are made in the order of partitions and users */
  def of(purchases: RDD[(Int, Purchases)], asOfMs: Long, horizonMs: Long, products: NumberPartitioner): RDD[(Int, ProductStats)] =
    purchases.mapPartitionsWithIndex { (part, users) =>
      val sums = scala.collection.mutable.HashMap.empty[Int, ProductStats]
      users.foreach { case (_, theirs) =>
        ofUser(theirs, asOfMs, horizonMs).foreach { case (product, stats) =>
          sums(product) = sums.get(product).fold(stats)(_ + stats)
        }
      }
      sums.iterator.map { case (product, stats) => product -> (part -> stats) }
    }.groupByKey(products).mapValues(_.toArray.sortBy(_._1).map(_._2).reduce(_ + _))
}
