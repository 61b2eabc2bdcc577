package cartograph.lists

/** How good one list of one user is: products in their order against those that were bought. */
object RankingMeasures {
  /** Lists are measured to this depth, whatever their length. */
  val Depth = 10

  /** What is right for a list: `new` counts only what had not been bought before. Arrays ascending. */
  def right(relevant: Array[Int], boughtBefore: Array[Int], list: ListKind): Set[Int] =
    relevant.filter(product => list.admits(java.util.Arrays.binarySearch(boughtBefore, product) >= 0)).toSet

  def hits(list: Array[Int], right: Set[Int]): Array[Boolean] = list.take(Depth).map(right.contains)

  private def discount(position: Int): Double = math.log(2) / math.log(position + 2.0)

  /** Binary gain, log2 discount; the ideal list has its first min(10, right) places right. */
  def ndcg(list: Array[Int], right: Set[Int]): Double = {
    val gain = hits(list, right).zipWithIndex.collect { case (true, position) => discount(position) }.sum
    gain / (0 until math.min(Depth, right.size)).map(discount).sum
  }

  def recall(list: Array[Int], right: Set[Int]): Double = hits(list, right).count(identity).toDouble / right.size

  def averagePrecision(list: Array[Int], right: Set[Int]): Double = {
    val found = hits(list, right)
    val precisions = found.indices.filter(found(_)).map(at => found.take(at + 1).count(identity).toDouble / (at + 1))
    precisions.sum / math.min(Depth, right.size)
  }

  def hit(list: Array[Int], right: Set[Int]): Double = if (hits(list, right).contains(true)) 1 else 0
}
