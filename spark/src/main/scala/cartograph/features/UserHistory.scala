package cartograph.features

import cartograph.sales.Purchases

/**
 * The purchases of one user by product, as features and candidates need them. Loops are `while` loops over arrays, because they
 * run for every user and candidate.
 *
 * `products`, `weights` and `newestWeights` are parallel arrays, by distinct product, ascending; an "index" is a place in them.
 *
 * @param purchases before the moment, not empty
 */
final class UserHistory(purchases: Purchases, moment: Moment) {
  /** Lines by product, oldest first: product i has those from `starts(i)` to before `starts(i + 1)`. */
  private val byProduct: Array[Int] = {
    val keys = Array.tabulate(purchases.size)(line => purchases.products(line).toLong << 32 | line)
    java.util.Arrays.sort(keys)
    keys.map(_.toInt)
  }
  private val starts: Array[Int] = {
    val begins = Array.newBuilder[Int]
    var at = 0
    while (at < byProduct.length) {
      if (at == 0 || purchases.products(byProduct(at)) != purchases.products(byProduct(at - 1))) begins += at
      at += 1
    }
    begins += byProduct.length
    begins.result()
  }

  /** Numbers of the products that the user bought, or looked at. */
  val products: Array[Int] = Array.tabulate(starts.length - 1)(index => purchases.products(byProduct(starts(index))))

  /** Numbers of those that the user bought, ascending; the user only looked at the others. */
  val bought: Array[Int] = products.zipWithIndex.collect {
    case (product, index) if (starts(index) until starts(index + 1)).exists(at => purchases.isPurchase(byProduct(at))) => product
  }

  /** The basket of each line, counted from 1. */
  private val ordinals: Array[Int] = {
    val found = new Array[Int](purchases.size)
    var line = 0
    while (line < found.length) {
      val isNext = line > 0 && purchases.baskets(line) != purchases.baskets(line - 1)
      found(line) = if (line == 0) 1 else if (isNext) found(line - 1) + 1 else found(line - 1)
      line += 1
    }
    found
  }

  /** Number of baskets. */
  val baskets: Int = ordinals.last

  /** Number of lines. */
  def lines: Int = purchases.size

  /** Weight of each product in the scores of products that go together with it: the decay of its newest line. */
  val weights: Array[Float] = decayedBy(UserHistory.HalfLife)

  /** The same with a shorter half-life. */
  val newestWeights: Array[Float] = decayedBy(UserHistory.NewestHalfLife)

  /** Sum of `weights`, more than 0. */
  val weight: Float = weights.sum + 1e-9f

  private def decayedBy(halfLife: Double): Array[Float] =
    Array.tabulate(products.length)(index => Decay(age(lastLine(index)), halfLife).toFloat)

  /** Mean of ln(price) over the lines with a price; NaN if no line has one. */
  val logPrice: Double = {
    val priced = purchases.prices.filter(price => price > 0)
    if (priced.isEmpty) Double.NaN else priced.map(price => Elementary.ln(price.toDouble)).sum / priced.length
  }

  /** Returns true if the user bought a product. */
  def owns(product: Int): Boolean = java.util.Arrays.binarySearch(bought, product) >= 0

  /** Returns the index of a product; negative if the user neither bought it nor looked at it. */
  def indexOf(product: Int): Int = java.util.Arrays.binarySearch(products, product)

  /** Age of the newest line, horizons. */
  def lastAge: Double = moment.age(purchases.atMs.max)

  /** Age of the oldest line, horizons. */
  def firstAge: Double = moment.age(purchases.atMs.min)

  /** Counts the lines of the last `count` baskets. */
  def linesInLast(count: Int): Int = products.indices.map(linesInLast(_, count)).sum

  /** Counts the products that the user bought for the first time in the last `count` baskets. */
  def productsNewInLast(count: Int): Int = products.indices.count(index => ordinals(firstLine(index)) > baskets - count)

  /** Returns at most `count` products: those with the most purchases, decayed; in no order. */
  def strongest(count: Int): Array[Int] =
    if (products.length <= count) products
    else products.indices
      .map { index =>
        val strength = decayed(index, UserHistory.StrengthHalfLife) + 0.001 * decayed(index, UserHistory.TieHalfLife)
        (-strength, products(index))
      }
      .sorted.take(count).map(_._2).toArray

  private[features] def firstLine(index: Int): Int = byProduct(starts(index))
  private[features] def lastLine(index: Int): Int = byProduct(starts(index + 1) - 1)
  private[features] def countOf(index: Int): Int = starts(index + 1) - starts(index)
  private[features] def age(line: Int): Double = moment.age(purchases.atMs(line))

  /** Number of baskets after the basket of a line. */
  private[features] def basketsAfter(line: Int): Int = baskets - ordinals(line)

  private[features] def linesInLast(index: Int, last: Int): Int =
    sumOf(index)(line => if (ordinals(line) > baskets - last) 1.0 else 0.0).toInt

  private[features] def decayed(index: Int, halfLife: Double): Double =
    sumOf(index)(line => purchases.weights(line) * Decay(age(line), halfLife))

  private[features] def logUnits(index: Int): Double = sumOf(index)(line => Elementary.log1p(purchases.quantities(line).toDouble))

  /** Sums over the lines of a product, oldest first. */
  private def sumOf(index: Int)(value: Int => Double): Double = {
    var sum = 0.0
    var at = starts(index)
    while (at < starts(index + 1)) {
      sum += value(byProduct(at))
      at += 1
    }
    sum
  }
}

object UserHistory {
  /** Half-life of `weights`, in horizons. */
  val HalfLife: Double = 6.0
  private val NewestHalfLife = 0.75
  private val StrengthHalfLife = 6.0
  private val TieHalfLife = 18.0
}

/**
 * The purchases of one product by one user.
 *
 * @param index    of the product in the history
 * @param usualGap usual time between two purchases of the product by one user, horizons
 */
final class OwnPurchases(history: UserHistory, index: Int, usualGap: Double) {
  /** Number of lines, at least 1. */
  val count: Int = history.countOf(index)

  /** Ages of the newest and the oldest line, horizons. */
  val lastAge: Double = history.age(history.lastLine(index))
  val firstAge: Double = history.age(history.firstLine(index))

  /** Mean time between two lines, horizons. */
  val gap: Double = if (count > 1) (firstAge - lastAge) / (count - 1) else usualGap

  /** Number of baskets of the user. */
  def baskets: Int = history.baskets

  /** Number of baskets after the newest line, and after the oldest. */
  def basketsSince: Int = history.basketsAfter(history.lastLine(index))
  def basketsAfterFirst: Int = history.basketsAfter(history.firstLine(index))

  /** Counts the lines in the last `count` baskets. */
  def linesInLast(count: Int): Int = history.linesInLast(index, count)

  /** Sums the weights of the lines, decayed. */
  def decayed(halfLife: Double): Double = history.decayed(index, halfLife)

  /** Mean of ln(1 + units). */
  def logUnits: Double = history.logUnits(index) / count
}
