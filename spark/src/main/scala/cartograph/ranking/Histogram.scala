package cartograph.ranking

/** Sums over all rows of a leaf. */
private[ranking] final case class LeafTotals(first: Double, second: Double, rows: Int)

/**
 * The rows of a leaf, summed by feature and bin. A "slot" is the place of a feature among those that the tree may split on.
 *
 * Most of the time of learning is spent here. Arrays are flat and loops are `while` loops, so that the JVM allocates nothing.
 *
 * @param slots number of features that the tree may split on
 */
private[ranking] final class Histogram(slots: Int) {
  import FeatureBins.Bins

  /** Sums of first and second derivatives, side by side, of bin b of slot s: the pair at 2 * (s * 64 + b). */
  val sums: Array[Double] = new Array[Double](2 * slots * Bins)

  /** Number of rows, at s * 64 + b. */
  val rows: Array[Int] = new Array[Int](slots * Bins)

  /** Subtracts another histogram. Changes this one and returns it. */
  def minus(other: Histogram): Histogram = {
    var index = 0
    while (index < sums.length) {
      sums(index) -= other.sums(index)
      index += 1
    }
    index = 0
    while (index < rows.length) {
      rows(index) -= other.rows(index)
      index += 1
    }
    this
  }

  /** Sums the bins of the first slot. The bins of every slot contain all rows of the leaf. */
  def totals: LeafTotals = {
    val bins = 0 until Bins
    LeafTotals(bins.map(bin => sums(2 * bin)).sum, bins.map(bin => sums(2 * bin + 1)).sum, rows.take(Bins).sum)
  }
}

/**
 * Builds histograms of rows. It is used by one tree at a time.
 *
 * @param bins   by feature, the bin of each row
 * @param chosen features by slot
 */
private[ranking] final class HistogramBuilder(bins: Array[Array[Byte]], gradients: LambdaGradients, chosen: Array[Int]) {
  // Derivatives of the rows in the order in which they are summed: every feature reads them, and so from neighbouring memory.
  private val derivatives = new Array[Double](2 * gradients.first.length)

  /**
   * Sums the rows of a leaf.
   *
   * @param order row numbers; those at the positions `from` until `until` are summed
   */
  def build(order: Array[Int], from: Int, until: Int): Histogram = {
    val histogram = new Histogram(chosen.length)
    var at = from
    while (at < until) {
      derivatives(2 * at) = gradients.first(order(at))
      derivatives(2 * at + 1) = gradients.second(order(at))
      at += 1
    }
    Parallel.foreach(chosen.length)(slot => add(histogram, slot, order, from, until))
    histogram
  }

  private def add(histogram: Histogram, slot: Int, order: Array[Int], from: Int, until: Int): Unit = {
    val (sums, rows) = (histogram.sums, histogram.rows)
    val (start, binOf) = (slot * FeatureBins.Bins, bins(chosen(slot)))
    var at = from
    while (at < until) {
      val index = start + binOf(order(at))
      sums(2 * index) += derivatives(2 * at)
      sums(2 * index + 1) += derivatives(2 * at + 1)
      rows(index) += 1
      at += 1
    }
  }
}
