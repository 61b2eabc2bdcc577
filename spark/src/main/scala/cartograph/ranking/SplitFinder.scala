package cartograph.ranking

/**
 * A division of a leaf: rows whose bin is at most `bin` go left.
 *
 * @param gain twice the amount by which the loss falls
 * @param slot place of the feature among those that the tree may split on
 */
private[ranking] final case class Split(gain: Double, slot: Int, bin: Int)

/**
 * Finds the best split of a leaf:
 *
 *   gain = G(left)^2 / (H(left) + l2) + G(right)^2 / (H(right) + l2) - G^2 / (H + l2)
 *
 * where G and H are the sums of the first and second derivatives (T. Chen, C. Guestrin: XGBoost, KDD 2016).
 *
 * @param edges number of edges between bins, by slot
 */
private[ranking] final class SplitFinder(edges: Array[Int], config: LambdaMartConfig) {
  private val LeastGain = 1e-9

  /**
   * Finds the split with the highest gain. Of equal gains, the first slot wins.
   *
   * @return None if no split leaves enough rows on both sides
   */
  def best(histogram: Histogram): Option[Split] = {
    val totals = histogram.totals
    edges.indices.flatMap(bestOf(histogram, _, totals)).maxByOption(split => (split.gain, -split.slot))
  }

  private def bestOf(histogram: Histogram, slot: Int, totals: LeafTotals): Option[Split] = {
    val before = totals.first * totals.first / (totals.second + config.l2)
    var firstLeft, secondLeft = 0.0
    var bestGain = LeastGain
    var bestBin = -1
    var rowsLeft = 0.0
    var bin = 0
    while (bin < edges(slot)) {
      val index = 3 * (slot * FeatureBins.Bins + bin)
      firstLeft += histogram.sums(index)
      secondLeft += histogram.sums(index + 1)
      rowsLeft += histogram.sums(index + 2)
      if (rowsLeft >= config.leastRows && totals.rows - rowsLeft >= config.leastRows) {
        val firstRight = totals.first - firstLeft
        val secondRight = totals.second - secondLeft
        val gain = firstLeft * firstLeft / (secondLeft + config.l2) +
          firstRight * firstRight / (secondRight + config.l2) - before
        if (gain > bestGain) { bestGain = gain; bestBin = bin }
      }
      bin += 1
    }
    Option.when(bestBin >= 0)(Split(bestGain, slot, bestBin))
  }
}
