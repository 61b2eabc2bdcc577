package cartograph.features

import org.apache.spark.HashPartitioner
import org.apache.spark.rdd.RDD

import cartograph.platform.{Broadcasts, NumberPartitioner}
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
  /** Cells of the matrices of one task, one matrix per kind: 128 MB of floats. */
  private val MaxCells = 1 << 25

  /**
   * Finds the products that are counted: those with the most buyers, ties by number.
   *
   * @return at most `most`, sorted by product
   */
  def counted(stats: RDD[(Int, ProductStats)], most: Int = MaxProducts): Array[CountedProduct] =
    // At most 16,384 products: less than a megabyte.
    stats
      .map { case (product, found) =>
        CountedProduct(product, found.buyers, found.userMass, found.basketMass, found.decayedFirstBuys)
      }
      .takeOrdered(math.min(most, MaxProducts))(Ordering.by(row => (-row.buyers, row.product)))
      .sortBy(_.product)

  /**
   * Finds the neighbours of products.
   *
   * Products are counted in ranges, each with all users who bought one of its products. A range reads its users from the shuffle,
   * in the order of their numbers, one at a time.
   *
   * @param purchases by user, before the moment
   * @param counted   the products, as [[counted]] returns them
   * @param lines     number of lines of all purchases
   * @return by product, one entry per kind of [[Together]]
   */
  def of(
      purchases: RDD[(Int, Purchases)],
      counted: Array[CountedProduct],
      lines: Long,
      moment: Moment
  ): RDD[(Int, Array[Neighbours])] = {
    val catalogue = Broadcasts.checked(purchases.sparkContext, "products to count together", counted, 32L * counted.length)
    val share = math.min(1.0, MaxLines.toDouble / math.max(1L, lines))
    val rows = math.max(1, MaxCells / Together.Count / math.max(1, counted.length))
    val ranges = new NumberPartitioner(
      counted.length,
      math.max(purchases.getNumPartitions, math.ceil(counted.length.toDouble / rows).toInt)
    )
    purchases
      .filter { case (user, bought) => bought.size > 0 && isSampled(user, share) }
      .mapPartitions { users =>
        val numbers = catalogue.value.map(_.product)
        users.flatMap { case (user, bought) =>
          rangesOf(bought, numbers, ranges).map(range => (ranges.start(range), user) -> bought)
        }
      }
      .repartitionAndSortWithinPartitions(ranges)
      .mapPartitionsWithIndex { (range, users) =>
        val counts = new CoPurchaseCounts(catalogue.value, ranges.start(range), ranges.start(range + 1), moment)
        users.foreach { case (_, bought) => counts.add(bought) }
        counts.neighbours
      }
      .partitionBy(new HashPartitioner(ranges.numPartitions))
  }

  /** Returns the ranges with a product that a user bought, each once. */
  private def rangesOf(bought: Purchases, numbers: Array[Int], ranges: NumberPartitioner): Iterator[Int] = {
    val isIn = new Array[Boolean](ranges.numPartitions)
    bought.products.foreach { product =>
      val place = java.util.Arrays.binarySearch(numbers, product)
      if (place >= 0) isIn(ranges.getPartition(place)) = true
    }
    isIn.indices.iterator.filter(isIn(_))
  }

  /** Draws about a share of the users, by their numbers. */
  private def isSampled(user: Int, share: Double): Boolean =
    share >= 1 || (scala.util.hashing.MurmurHash3.mix(7, user) & Int.MaxValue) < share * Int.MaxValue
}
