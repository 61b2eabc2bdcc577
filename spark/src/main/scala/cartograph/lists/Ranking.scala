package cartograph.lists

/** A product in a list, best first: number and score. */
final case class Ranked(product: Int, score: Double)

/** The two lists of a user, best first: `any` may include what the user bought, `fresh` (the list `new`) does not. */
final case class Lists(any: Array[Ranked], fresh: Array[Ranked])

object Ranking {
  /** Scores are rounded before they are compared, so that the order of sums does not decide a rank. */
  def rounded(score: Double): Double = math.round(score * 1e6) / 1e6
}

/** Keeps the best `size` of what is offered; without an object for each that is not kept. */
final class Selection(size: Int) {
  private val products = new Array[Int](size)
  private val scores = new Array[Double](size)
  private val ties = new Array[Double](size)
  private var count = 0

  /** Scores below it cannot be among the best any more; a little lower than the last score, for that one is rounded. */
  def bar: Double = if (count < size) Double.NegativeInfinity else scores(count - 1) - 1e-6

  /**
   * @param score rounded, if ranks shall not depend on the order of sums
   * @param tie   higher is better where scores are equal; where it is equal too, the smaller number
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

  /** Best first. */
  def result: Array[Ranked] = Array.tabulate(count)(place => Ranked(products(place), scores(place)))

  def clear(): Unit = count = 0
}
