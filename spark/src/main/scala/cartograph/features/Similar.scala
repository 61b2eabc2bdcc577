package cartograph.features

import org.apache.spark.HashPartitioner
import org.apache.spark.rdd.RDD

import cartograph.lists.Selection
import cartograph.platform.{Broadcasts, NumberPartitioner}
import cartograph.sales.Purchases

/** Products that go with a product: parallel arrays, strengths > 0. */
final case class Neighbours(products: Array[Int], strengths: Array[Float])

/** How two products can go together. */
object Together {
  /** Bought by the same users. */
  val Users = 0
  /** Bought in the same baskets. */
  val Baskets = 1
  /** The second was bought after the first. */
  val After = 2
  val Count = 3
}

/**
 * Item-item neighbours from co-purchase (Sarwar et al.: Item-based collaborative filtering, WWW 2001), decayed by age.
 *
 *   strength(a, b) = sum over groups g of |g|^-0.5 * w(g, a) * w(g, b) / sqrt((mass(a) + 10) * (mass(b) + 10))
 *
 * where a group is a user (weights halved per 6 horizons, at most 1) or a basket (per 12 horizons); for [[Together.After]]
 * the sum is over first purchases of b after first purchases of a, halved per 6 horizons between them and per 4 of age.
 *
 * Bounded: it knows the products that are bought by most users, and learns from a sample of the users.
 */
object Similar {
  val MaxProducts = 16384
  val MaxLines = 20000000L
  private val MaxCells = 1 << 25
  private val Kept = 100
  private val Shrinkage = 10.0
  private val AfterHalfLife = 6.0

  /** @return by product, one entry per kind of [[Together]] */
  def of(
      purchases: RDD[(Int, Purchases)],
      stats: RDD[(Int, ProductStats)],
      lines: Long,
      asOfMs: Long,
      horizonMs: Long
  ): RDD[(Int, Array[Neighbours])] = {
    val sc = purchases.sparkContext
    // At most 16,384 products: a megabyte.
    val known = stats.map { case (product, of) => (product, of.buyers, of.userMass, of.basketMass, of.freshBuys) }
      .takeOrdered(MaxProducts)(Ordering.by(row => (-row._2, row._1)))
      .sortBy(_._1)
    val catalogue = Broadcasts.checked(sc, "products to count together", known, 32L * known.length)
    val share = math.min(1.0, MaxLines.toDouble / math.max(1L, lines))
    val rows = math.max(1, MaxCells / math.max(1, known.length))
    val ranges = math.max(purchases.getNumPartitions, math.ceil(known.length.toDouble / rows).toInt)
    val size = math.max(1, math.ceil(known.length.toDouble / ranges).toInt)
    purchases
      .filter { case (user, theirs) => theirs.size > 0 && isSampled(user, share) }
      .flatMap { case (user, theirs) => (0 until ranges).map(_ -> (user -> theirs)) }
      .groupByKey(new NumberPartitioner(ranges, ranges))
      .flatMap { case (range, users) =>
        val counting = new Counting(catalogue.value, range * size, math.min(known.length, (range + 1) * size), asOfMs, horizonMs)
        counting.neighbours(users.toArray.sortBy(_._1).map(_._2))
      }
      .partitionBy(new HashPartitioner(ranges))
  }

  private def isSampled(user: Int, share: Double): Boolean =
    share >= 1 || (scala.util.hashing.MurmurHash3.mix(7, user) & Int.MaxValue) < share * Int.MaxValue

  /** Counts for the products from..until of the catalogue, in one dense matrix that is used for each kind in turn. */
  private final class Counting(
      catalogue: Array[(Int, Int, Double, Double, Double)],
      from: Int,
      until: Int,
      asOfMs: Long,
      horizonMs: Long
  ) {
    private val numbers = catalogue.map(_._1)
    private val width = catalogue.length
    private val counts = new Array[Float](math.max(0, until - from) * width)

    def neighbours(users: Array[Purchases]): Iterator[(Int, Array[Neighbours])] = {
      val placed = users.map(theirs => theirs -> theirs.products.map(java.util.Arrays.binarySearch(numbers, _)))
      val kinds = Array(
        counted(placed, addUser)((a, b) => mass(catalogue(a)._3, catalogue(b)._3)),
        counted(placed, addBaskets)((a, b) => mass(catalogue(a)._4, catalogue(b)._4)),
        counted(placed, addAfter)((a, b) => mass(catalogue(a)._2.toDouble, catalogue(b)._5))
      )
      (from until until).iterator.map(row => numbers(row) -> kinds.map(_(row - from)))
    }

    private def counted(users: Array[(Purchases, Array[Int])], add: (Purchases, Array[Int]) => Unit)(
        norm: (Int, Int) => Double
    ): Array[Neighbours] = {
      java.util.Arrays.fill(counts, 0f)
      users.foreach { case (theirs, places) => add(theirs, places) }
      (from until until).map(strongest(_, norm)).toArray
    }

    private def mass(a: Double, b: Double): Double = math.sqrt((a + Shrinkage) * (b + Shrinkage))

    private def strongest(row: Int, norm: (Int, Int) => Double): Neighbours = {
      val offset = (row - from) * width
      val selection = new Selection(Kept)
      var column = 0
      while (column < width) {
        val count = counts(offset + column)
        if (count > 0 && column != row) {
          val strength = count / norm(row, column)
          if (strength >= selection.bar) selection.offer(column, strength)
        }
        column += 1
      }
      val best = selection.result
      Neighbours(best.map(ranked => numbers(ranked.product)), best.map(_.score.toFloat))
    }

    private def age(atMs: Long): Double = (asOfMs - atMs).toDouble / horizonMs

    private def addProducts(places: Array[Int], weights: Array[Double], groupSize: Int): Unit = {
      val scale = 1 / math.sqrt(groupSize.toDouble)
      for (i <- places.indices if places(i) >= from && places(i) < until) {
        val offset = (places(i) - from) * width
        val weight = scale * weights(i)
        var j = 0
        while (j < places.length) {
          if (places(j) >= 0) counts(offset + places(j)) += (weight * weights(j)).toFloat
          j += 1
        }
      }
    }

    private def addUser(theirs: Purchases, places: Array[Int]): Unit = {
      val weights = scala.collection.mutable.LinkedHashMap.empty[Int, Double]
      places.indices.foreach { line =>
        val weight = ProductStats.halved(age(theirs.atMs(line)), ProductStats.UserHalfLife)
        if (places(line) >= 0) weights(places(line)) = weights.getOrElse(places(line), 0.0) + weight
      }
      addProducts(weights.keys.toArray, weights.values.map(math.min(1.0, _)).toArray, theirs.products.distinct.length)
    }

    private def addBaskets(theirs: Purchases, places: Array[Int]): Unit = {
      var begin = 0
      while (begin < places.length) {
        var end = begin
        while (end < places.length && theirs.baskets(end) == theirs.baskets(begin)) end += 1
        val weight = ProductStats.halved(age(theirs.atMs(begin)), ProductStats.BasketHalfLife)
        addProducts(places.slice(begin, end), Array.fill(end - begin)(weight), end - begin)
        begin = end
      }
    }

    private def addAfter(theirs: Purchases, places: Array[Int]): Unit = {
      val seen = scala.collection.mutable.HashSet.empty[Int]
      val firsts = theirs.products.indices.filter(line => seen.add(theirs.products(line))).toArray
      if (firsts.length >= 2) {
        val scale = 1 / math.sqrt(firsts.length.toDouble)
        for (later <- firsts.indices if places(firsts(later)) >= 0) {
          val laterMs = theirs.atMs(firsts(later))
          val weight = scale * ProductStats.halved(age(laterMs), ProductStats.FreshHalfLife)
          var earlier = 0
          while (earlier < later && theirs.atMs(firsts(earlier)) < laterMs) {
            val place = places(firsts(earlier))
            if (place >= from && place < until) {
              val between = (laterMs - theirs.atMs(firsts(earlier))).toDouble / horizonMs
              counts((place - from) * width + places(firsts(later))) +=
                (weight * ProductStats.halved(between, AfterHalfLife)).toFloat
            }
            earlier += 1
          }
        }
      }
    }
  }
}
