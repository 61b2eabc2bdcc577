package cartograph.features

import cartograph.lists.Selection
import cartograph.sales.Purchases

/**
 * A product of [[Similar]].
 *
 * @param buyers           users who bought it
 * @param userMass         see [[ProductStats]]
 * @param basketMass       see [[ProductStats]]
 * @param decayedFirstBuys see [[ProductStats]]
 */
final case class CountedProduct(product: Int, buyers: Int, userMass: Double, basketMass: Double, decayedFirstBuys: Double)

/**
 * Counts how often some products of a catalogue go together with each of its products: those at the places `from` until `until`.
 * A "place" is a position in the catalogue; it is negative for products that are not in the catalogue.
 *
 * The counts are one dense matrix, which is filled again for each kind of [[Together]], because a hash map of pairs would take
 * several times the memory and time.
 *
 * @param catalogue sorted by product
 */
private[features] final class CoPurchaseCounts(catalogue: Array[CountedProduct], from: Int, until: Int, moment: Moment) {
  import CoPurchaseCounts._

  private val numbers = catalogue.map(_.product)
  private val width = catalogue.length
  private val counts = new Array[Float](math.max(0, until - from) * width)

  /** @return by product at `from` until `until`, one entry per kind of [[Together]] */
  def neighbours(users: Array[Purchases]): Iterator[(Int, Array[Neighbours])] = {
    val placed = users.map(bought => bought -> bought.products.map(java.util.Arrays.binarySearch(numbers, _)))
    val kinds = Array(
      counted(placed, addUser)((a, b) => mass(catalogue(a).userMass, catalogue(b).userMass)),
      counted(placed, addBaskets)((a, b) => mass(catalogue(a).basketMass, catalogue(b).basketMass)),
      counted(placed, addAfter)((a, b) => mass(catalogue(a).buyers.toDouble, catalogue(b).decayedFirstBuys))
    )
    (from until until).iterator.map(row => numbers(row) -> kinds.map(_(row - from)))
  }

  /**
   * Fills the matrix, and takes the strongest neighbours of each row.
   *
   * @param add  adds one user's purchases, given with the place of each line
   * @param norm returns the number that the count of two places is divided by
   */
  private def counted(users: Array[(Purchases, Array[Int])], add: (Purchases, Array[Int]) => Unit)(
      norm: (Int, Int) => Double
  ): Array[Neighbours] = {
    java.util.Arrays.fill(counts, 0f)
    users.foreach { case (bought, places) => add(bought, places) }
    (from until until).map(strongest(_, norm)).toArray
  }

  private def mass(a: Double, b: Double): Double = math.sqrt((a + Shrinkage) * (b + Shrinkage))

  /** Returns the products with the highest counts, relative to the norm. */
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

  /**
   * Adds every pair of products of one group.
   *
   * @param groupSize number of products of the group, in the catalogue or not
   */
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

  /** Adds the products of a user as one group. */
  private def addUser(bought: Purchases, places: Array[Int]): Unit = {
    val weights = scala.collection.mutable.LinkedHashMap.empty[Int, Double]
    places.indices.foreach { line =>
      val weight = Decay(moment.age(bought.atMs(line)), ProductStats.UserHalfLife)
      if (places(line) >= 0) weights(places(line)) = weights.getOrElse(places(line), 0.0) + weight
    }
    addProducts(weights.keys.toArray, weights.values.map(math.min(1.0, _)).toArray, bought.products.distinct.length)
  }

  /** Adds each basket as a group. The lines of a basket are next to each other. */
  private def addBaskets(bought: Purchases, places: Array[Int]): Unit = {
    var begin = 0
    while (begin < places.length) {
      var end = begin
      while (end < places.length && bought.baskets(end) == bought.baskets(begin)) end += 1
      val weight = Decay(moment.age(bought.atMs(begin)), ProductStats.BasketHalfLife)
      addProducts(places.slice(begin, end), Array.fill(end - begin)(weight), end - begin)
      begin = end
    }
  }

  /** Adds each product that a user bought for the first time after each that the user bought before. */
  private def addAfter(bought: Purchases, places: Array[Int]): Unit = {
    val seen = scala.collection.mutable.HashSet.empty[Int]
    val firsts = bought.products.indices.filter(line => seen.add(bought.products(line))).toArray
    if (firsts.length >= 2) {
      val scale = 1 / math.sqrt(firsts.length.toDouble)
      for (later <- firsts.indices if places(firsts(later)) >= 0) {
        val laterMs = bought.atMs(firsts(later))
        val weight = scale * Decay(moment.age(laterMs), ProductStats.FirstBuyHalfLife)
        var earlier = 0
        while (earlier < later && bought.atMs(firsts(earlier)) < laterMs) {
          val place = places(firsts(earlier))
          if (place >= from && place < until) {
            val between = moment.horizons(laterMs - bought.atMs(firsts(earlier)))
            counts((place - from) * width + places(firsts(later))) +=
              (weight * Decay(between, AfterHalfLife)).toFloat
          }
          earlier += 1
        }
      }
    }
  }
}

private object CoPurchaseCounts {
  /** Neighbours of a product and kind, at most. */
  val Kept: Int = 100
  /** Added to a mass, so that a few purchases do not make a strong link. */
  val Shrinkage: Double = 10.0
  /** Half-life of the time between two first purchases, in horizons. */
  val AfterHalfLife: Double = 6.0
}
