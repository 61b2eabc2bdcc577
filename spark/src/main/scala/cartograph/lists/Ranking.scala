package cartograph.lists

/** An entry of a list: the number of a product and its score. */
final case class Ranked(product: Int, score: Double)

/** The two lists of a user, best first. `any` may have products that the user has bought; `newOnly`, the list `new`, has none. */
final case class Lists(any: Array[Ranked], newOnly: Array[Ranked])

object Ranking {
  /** Rounds to six decimals. Scores are rounded before they are compared, so that the order of summation cannot change a rank. */
  def rounded(score: Double): Double = math.round(score * 1e6) / 1e6
}

/** Keeps the best `size` of the products that are offered, without allocating an object for each offer. */
final class Selection(size: Int) {
  private val products = new Array[Int](size)
  private val scores = new Array[Double](size)
  private val ties = new Array[Double](size)
  private var count = 0

  /** Lower scores can no longer be among the best. It is slightly below the last score, because that one is rounded. */
  def bar: Double = if (count < size) Double.NegativeInfinity else scores(count - 1) - 1e-6

  /**
   * Considers a product.
   *
   * @param score higher is better; round it if ranks must not depend on the order of summation
   * @param tie   decides between equal scores, higher is better; if `tie` is equal too, the smaller product number wins
   */
  def offer(product: Int, score: Double, tie: Double = 0): Unit =
    if (size > 0 && (count < size || isBefore(score, tie, product, count - 1))) {
      var position = if (count < size) count else count - 1
      while (position > 0 && isBefore(score, tie, product, position - 1)) {
        scores(position) = scores(position - 1)
        ties(position) = ties(position - 1)
        products(position) = products(position - 1)
        position -= 1
      }
      scores(position) = score
      ties(position) = tie
      products(position) = product
      if (count < size) count += 1
    }

  private def isBefore(score: Double, tie: Double, product: Int, place: Int): Boolean =
    if (score != scores(place)) score > scores(place)
    else if (tie != ties(place)) tie > ties(place)
    else product < products(place)

  /** Returns the kept products, best first; fewer than `size` if fewer were offered. */
  def result: Array[Ranked] = Array.tabulate(count)(place => Ranked(products(place), scores(place)))

  /** Forgets all products, so that the object can be used again. */
  def clear(): Unit = count = 0
}
