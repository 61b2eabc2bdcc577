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
 * The counts are a dense matrix for each kind of [[Together]], because a hash map of pairs would take several times the memory
 * and time. Users are added one at a time, so that they need not be in memory together. Sums are in the order of users.
 *
 * Loops are `while` loops over arrays, because they run for every pair of products of every user.
 *
 * @param catalogue sorted by product
 */
private[features] final class CoPurchaseCounts(catalogue: Array[CountedProduct], from: Int, until: Int, moment: Moment) {
  import CoPurchaseCounts._

  private val numbers = catalogue.map(_.product)
  private val width = catalogue.length
  private def matrix: Array[Float] = new Array[Float](math.max(0, until - from) * width)
  private val (users, baskets, after) = (matrix, matrix, matrix)

  /** Adds the purchases of a user. */
  def add(bought: Purchases): Unit = {
    val places = bought.products.map(java.util.Arrays.binarySearch(numbers, _))
    addUser(bought, places)
    addBaskets(bought, places)
    addAfter(bought, places)
  }

  /** Takes the strongest neighbours. @return by product at `from` until `until`, one entry per kind of [[Together]] */
  def neighbours: Iterator[(Int, Array[Neighbours])] = (from until until).iterator.map { row =>
    numbers(row) -> Array(
      strongest(users, row)((a, b) => mass(catalogue(a).userMass, catalogue(b).userMass)),
      strongest(baskets, row)((a, b) => mass(catalogue(a).basketMass, catalogue(b).basketMass)),
      strongest(after, row)((a, b) => mass(catalogue(a).buyers.toDouble, catalogue(b).decayedFirstBuys))
    )
  }

  private def mass(a: Double, b: Double): Double = math.sqrt((a + Shrinkage) * (b + Shrinkage))

  /**
   * Returns the products with the highest counts, relative to a norm.
   *
   * @param norm returns the number that the count of two places is divided by
   */
  private def strongest(counts: Array[Float], row: Int)(norm: (Int, Int) => Double): Neighbours = {
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

  private def isCounted(place: Int): Boolean = place >= from && place < until

  /**
   * Adds every pair of products of one group.
   *
   * @param groupSize number of products of the group, in the catalogue or not
   */
  private def addProducts(counts: Array[Float], places: Array[Int], weights: Array[Double], groupSize: Int): Unit = {
    val scale = 1 / math.sqrt(groupSize.toDouble)
    var i = 0
    while (i < places.length) {
      if (isCounted(places(i))) addRow(counts, places, weights, (places(i) - from) * width, scale * weights(i))
      i += 1
    }
  }

  private def addRow(counts: Array[Float], places: Array[Int], weights: Array[Double], offset: Int, weight: Double): Unit = {
    var j = 0
    while (j < places.length) {
      if (places(j) >= 0) counts(offset + places(j)) += (weight * weights(j)).toFloat
      j += 1
    }
  }

  /** Adds the products of a user as one group. */
  private def addUser(bought: Purchases, places: Array[Int]): Unit = {
    val weights = scala.collection.mutable.LinkedHashMap.empty[Int, Double]
    places.indices.foreach { line =>
      val weight = Decay(moment.age(bought.atMs(line)), ProductStats.UserHalfLife)
      if (places(line) >= 0) weights(places(line)) = weights.getOrElse(places(line), 0.0) + weight
    }
    addProducts(users, weights.keys.toArray, weights.values.map(math.min(1.0, _)).toArray, bought.products.distinct.length)
  }

  /** Adds each basket as a group. The lines of a basket are next to each other. */
  private def addBaskets(bought: Purchases, places: Array[Int]): Unit = {
    var begin = 0
    while (begin < places.length) {
      var end = begin
      while (end < places.length && bought.baskets(end) == bought.baskets(begin)) end += 1
      val weight = Decay(moment.age(bought.atMs(begin)), ProductStats.BasketHalfLife)
      addProducts(baskets, places.slice(begin, end), Array.fill(end - begin)(weight), end - begin)
      begin = end
    }
  }

  /** Adds each product that a user bought for the first time after each that the user bought before. */
  private def addAfter(bought: Purchases, places: Array[Int]): Unit = {
    val seen = scala.collection.mutable.HashSet.empty[Int]
    val lines = bought.products.indices.filter(line => seen.add(bought.products(line))).toArray
    if (lines.length >= 2) {
      val firsts = new FirstPurchases(lines.map(places), lines.map(bought.atMs), moment)
      var earlier = 0
      while (earlier < lines.length) {
        val place = firsts.places(earlier)
        if (isCounted(place)) firsts.addLater(earlier, after, (place - from) * width)
        earlier += 1
      }
    }
  }
}

private object CoPurchaseCounts {
  /** Neighbours of a product and kind, at most. */
  val Kept: Int = 100
  /** Added to a mass, so that a few purchases do not make a strong link. */
  val Shrinkage: Double = 10.0
}

/**
 * The first purchases of a user's products: at least two.
 *
 * The weight of a later purchase after an earlier one decays with the time between them, 0.5 ^ (time / half-life). It is the
 * product of a number of the later and a number of the earlier purchase, so that powers are computed for each purchase instead of
 * for each pair.
 *
 * @param places place of each in the catalogue, negative if it is not there; in the order of purchases
 * @param atMs   time of each, epoch ms; nearly in order: the baskets of a user can overlap
 */
private[features] final class FirstPurchases(val places: Array[Int], atMs: Array[Long], moment: Moment) {
  import FirstPurchases._

  private val scale = 1 / math.sqrt(places.length.toDouble)
  private val weights = atMs.map(at => scale * Decay(moment.age(at), ProductStats.FirstBuyHalfLife))
  private val halfLives = atMs.map(at => moment.horizons(at - atMs(0)) / AfterHalfLife)
  private val growths = halfLives.map(Elementary.exp2)
  private val shrunk = weights.indices.map(purchase => weights(purchase) / growths(purchase)).toArray
  /** False if a power could be too large or too small for a double. */
  private val isInRange = halfLives.forall(math.abs(_) < MaxHalfLives)
  /** The newest time until and with each purchase. */
  private val newestMs = atMs.scanLeft(Long.MinValue)(math.max(_, _)).tail

  /**
   * Adds the weights of all that was bought after one purchase.
   *
   * @param counts the weight of a place is added to the position `offset` + place
   */
  def addLater(earlier: Int, counts: Array[Float], offset: Int): Unit = {
    var later = earlier + 1
    while (later < places.length) {
      if (places(later) >= 0 && atMs(later) > newestMs(earlier))
        counts(offset + places(later)) += weight(earlier, later).toFloat
      later += 1
    }
  }

  private[features] def weight(earlier: Int, later: Int): Double =
    if (isInRange) shrunk(later) * growths(earlier)
    else weights(later) * Decay(moment.horizons(atMs(later) - atMs(earlier)), AfterHalfLife)
}

private object FirstPurchases {
  /** Half-life of the time between two first purchases, in horizons. */
  val AfterHalfLife: Double = 6.0
  /** Two to the power of this, times itself, is still a double. */
  val MaxHalfLives: Double = 500.0
}
