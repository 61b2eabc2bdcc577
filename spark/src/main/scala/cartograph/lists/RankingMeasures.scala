package cartograph.lists

/**
 * Measures of one list of one user: `list` holds products, best first, and `correct` the products that it should have, ascending.
 * `correct` must not be empty.
 */
object RankingMeasures {
  /** Only the first products of a list are measured. */
  val Depth: Int = 10

  /**
   * Returns the correct products: all relevant ones, and for the list `new` only those not bought before.
   *
   * @param relevant     products that the user went on to buy, ascending
   * @param boughtBefore products that the user had bought, ascending
   */
  def correct(relevant: Array[Int], boughtBefore: Array[Int], list: ListKind): Array[Int] =
    relevant.filter(product => list.admits(java.util.Arrays.binarySearch(boughtBefore, product) >= 0))

  /** Returns true for each correct product among the first [[Depth]]. */
  def hits(list: Array[Int], correct: Array[Int]): Array[Boolean] =
    list.take(Depth).map(java.util.Arrays.binarySearch(correct, _) >= 0)

  private val discounts = Array.tabulate(Depth)(position => math.log(2) / math.log(position + 2.0))
  /** DCG of a list whose first positions are correct, by their number. */
  private val ideals = discounts.scanLeft(0.0)(_ + _)

  /**
   * Returns NDCG@10, 0..1, with binary gain:
   *
   *   DCG  = sum over correct positions i, from 0, of 1 / log2(i + 2)
   *   NDCG = DCG / DCG of a list whose first min(10, |correct|) positions are correct
   */
  def ndcg(list: Array[Int], correct: Array[Int]): Double = {
    var gain = 0.0
    var position = 0
    while (position < math.min(Depth, list.length)) {
      if (java.util.Arrays.binarySearch(correct, list(position)) >= 0) gain += discounts(position)
      position += 1
    }
    gain / ideals(math.min(Depth, correct.length))
  }

  /** Returns recall@10, the share of the correct products that the list has, 0..1. */
  def recall(list: Array[Int], correct: Array[Int]): Double = hits(list, correct).count(identity).toDouble / correct.length

  /** Returns average precision@10, 0..1: the precision at each correct position, summed and divided by min(10, |correct|). */
  def averagePrecision(list: Array[Int], correct: Array[Int]): Double = {
    val found = hits(list, correct)
    def precision(position: Int): Double = found.take(position + 1).count(identity).toDouble / (position + 1)
    val precisions = found.indices.filter(found(_)).map(precision)
    precisions.sum / math.min(Depth, correct.length)
  }

  /** Returns 1 if any of the first 10 products is correct, otherwise 0. */
  def hit(list: Array[Int], correct: Array[Int]): Double = if (hits(list, correct).contains(true)) 1 else 0
}
