package cartograph.ranking

import cartograph.platform.Parallel

/**
 * The derivatives of LambdaMART's loss by the score of each row (C. Burges, MSR-TR-2010-82). A pair is a relevant row i and
 * another row j of the same group, of which at least one is among the first `depth`. It subtracts lambda(i, j) from the first
 * derivative of i and adds it to that of j:
 *
 *   probability(i, j) = 1 / (1 + e ^ (score(i) - score(j)))
 *   lambda(i, j)      = |change of NDCG if i and j swap places| * probability(i, j)
 *
 * It adds lambda(i, j) * (1 - probability(i, j)) to both second derivatives. As in LightGBM, lambda is also divided by
 * 0.01 + |score(i) - score(j)| if the scores of the group differ, so that pairs that are already far apart count less.
 *
 * The loops over pairs are `while` loops, because they run for every pair, group and tree.
 *
 * @param depth places of a list that count
 */
private[ranking] final class LambdaGradients(rows: RankingLabels, depth: Int) {
  /** First and second derivatives of each row, at the scores of the last `compute` of its group. */
  val first: Array[Double] = new Array[Double](rows.count)
  val second: Array[Double] = new Array[Double](rows.count)
  /** Rows of each group, best first. The order is kept from tree to tree, because it changes little. */
  private val order = Array.range(0, rows.count)
  private val longest = rows.groups.zip(rows.groups.drop(1)).map { case (from, until) => until - from }.maxOption.getOrElse(0)
  private val discount = Array.tabulate(longest)(place => math.log(2) / math.log(place + 2.0))

  /** DCG of the best order of each group; 0 where all orders are equally good. */
  private val ideals = Array.tabulate(rows.groupCount) { group =>
    val size = rows.groups(group + 1) - rows.groups(group)
    val relevant = (rows.groups(group) until rows.groups(group + 1)).count(row => rows.relevant(row))
    if (relevant == size) 0.0 else discount.take(math.min(relevant, depth)).sum
  }

  /**
   * Computes the derivatives of some groups; those of other groups stay as they are.
   *
   * @param scores score of each row
   * @param groups numbers of the groups
   */
  def compute(scores: Array[Double], groups: Array[Int]): Unit =
    Parallel.foreach(groups.length) { at =>
      val group = groups(at)
      computeGroup(scores, group, rows.groups(group), rows.groups(group + 1))
    }

  private def computeGroup(scores: Array[Double], group: Int, from: Int, until: Int): Unit = {
    java.util.Arrays.fill(first, from, until, 0.0)
    java.util.Arrays.fill(second, from, until, 0.0)
    if (ideals(group) > 0) {
      sort(scores, from, until)
      val ideal = ideals(group)
      val (best, worst) = (scores(order(from)), scores(order(until - 1)))
      val size = until - from
      var total = 0.0
      var i = 0
      while (i < math.min(size - 1, depth)) {
        val upper = order(from + i)
        val isUpperRelevant = rows.relevant(upper)
        var j = i + 1
        while (j < size) {
          val lower = order(from + j)
          if (isUpperRelevant != rows.relevant(lower)) {
            val high = if (isUpperRelevant) upper else lower
            val low = if (isUpperRelevant) lower else upper
            val lead = scores(high) - scores(low)
            val change = (discount(i) - discount(j)) / ideal / (if (best != worst) 0.01 + math.abs(lead) else 1.0)
            val probability = 1.0 / (1.0 + math.exp(lead))
            first(high) -= change * probability
            first(low) += change * probability
            second(high) += change * probability * (1 - probability)
            second(low) += change * probability * (1 - probability)
            total += 2 * change * probability
          }
          j += 1
        }
        i += 1
      }
      if (total > 0) damp(from, until, total)
    }
  }

  /** Multiplies the derivatives of a group by log2(1 + total) / total. Otherwise a group of many pairs would outweigh the others. */
  private def damp(from: Int, until: Int, total: Double): Unit = {
    val scale = math.log(1 + total) / math.log(2) / total
    var row = from
    while (row < until) {
      first(row) *= scale
      second(row) *= scale
      row += 1
    }
  }

  /** Sorts by score, highest first, ties in the order of rows. It sorts by insertion, because the last order is nearly right. */
  private def sort(scores: Array[Double], from: Int, until: Int): Unit = {
    var at = from + 1
    while (at < until) {
      val row = order(at)
      var place = at
      while (place > from && isBefore(scores, row, order(place - 1))) {
        order(place) = order(place - 1)
        place -= 1
      }
      order(place) = row
      at += 1
    }
  }

  private def isBefore(scores: Array[Double], a: Int, b: Int): Boolean =
    scores(a) > scores(b) || (scores(a) == scores(b) && a < b)
}
