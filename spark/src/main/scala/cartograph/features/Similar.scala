package cartograph.features

import org.apache.spark.HashPartitioner
import org.apache.spark.rdd.RDD

import cartograph.platform.{Broadcasts, ByKey, NumberPartitioner}
import cartograph.sales.Purchases

/** Products that go together with a product, strongest first: parallel arrays, strengths > 0. */
final case class Neighbours(products: Array[Int], strengths: Array[Float])

/** The kinds of links between two products. Each is a position in arrays by kind. */
object Together {
  /** Both are bought by the same users. */
  val Users: Int = 0
  /** Both are bought in the same baskets. */
  val Baskets: Int = 1
  /** The second is bought after the first. */
  val After: Int = 2
  val Count: Int = 3
}

/**
 * Item-item neighbours from co-purchase (Sarwar et al.: Item-based collaborative filtering, WWW 2001), decayed with age.
 *
 *   strength(a, b) = sum over groups g of |g|^-0.5 * w(g, a) * w(g, b) / sqrt((mass(a) + 10) * (mass(b) + 10))
 *
 * A group is a user, with weights of a half-life of 6 horizons and at most 1, or a basket, with a half-life of 12 horizons. For
 * [[Together.After]] the sum is over first purchases of b after first purchases of a, with a half-life of 6 horizons for the time
 * between them and of 4 for the age of the later one.
 *
 * It is bounded: it counts the products with the most buyers, and learns from a sample of the users.
 */
object Similar {
  /** Products that are counted, at most. */
  val MaxProducts: Int = 16384
  /** About as many lines of purchases are counted at most. */
  val MaxLines: Long = 20000000L
  /** Cells of the matrix of one task: 128 MB of floats. */
  private val MaxCells = 1 << 25

  /**
   * Finds the neighbours of the products with the most buyers.
   *
   * @param purchases by user, before the moment
   * @param stats     statistics by product
   * @param lines     number of lines of all purchases
   * @return by product, one entry per kind of [[Together]]
   */
  def of(
      purchases: RDD[(Int, Purchases)],
      stats: RDD[(Int, ProductStats)],
      lines: Long,
      moment: Moment
  ): RDD[(Int, Array[Neighbours])] = {
    // At most 16,384 products: less than a megabyte.
    val counted = stats
      .map { case (product, found) =>
        CountedProduct(product, found.buyers, found.userMass, found.basketMass, found.decayedFirstBuys)
      }
      .takeOrdered(MaxProducts)(Ordering.by(row => (-row.buyers, row.product)))
      .sortBy(_.product)
    val catalogue = Broadcasts.checked(purchases.sparkContext, "products to count together", counted, 32L * counted.length)
    val share = math.min(1.0, MaxLines.toDouble / math.max(1L, lines))
    val rows = math.max(1, MaxCells / math.max(1, counted.length))
    val ranges = math.max(purchases.getNumPartitions, math.ceil(counted.length.toDouble / rows).toInt)
    val size = math.max(1, math.ceil(counted.length.toDouble / ranges).toInt)
    purchases
      .filter { case (user, bought) => bought.size > 0 && isSampled(user, share) }
      .flatMap { case (user, bought) => (0 until ranges).map(_ -> (user -> bought)) }
      .groupByKey(new NumberPartitioner(ranges, ranges))
      .flatMap { case (range, users) =>
        val until = math.min(catalogue.value.length, (range + 1) * size)
        val counts = new CoPurchaseCounts(catalogue.value, range * size, until, moment)
        counts.neighbours(ByKey.values(users))
      }
      .partitionBy(new HashPartitioner(ranges))
  }

  /** Draws about a share of the users, by their numbers. */
  private def isSampled(user: Int, share: Double): Boolean =
    share >= 1 || (scala.util.hashing.MurmurHash3.mix(7, user) & Int.MaxValue) < share * Int.MaxValue
}
