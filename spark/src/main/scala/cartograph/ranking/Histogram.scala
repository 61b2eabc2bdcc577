package cartograph.ranking

import cartograph.platform.Parallel

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

  /**
   * Sums of first and of second derivatives, and the number of rows, side by side, of bin b of slot s: the three at
   * 3 * (s * 64 + b). Numbers of rows are exact as doubles, and side by side they are in the same line of the cache.
   */
  val sums: Array[Double] = new Array[Double](3 * slots * Bins)

  /** Subtracts another histogram. Changes this one and returns it. */
  def minus(other: Histogram): Histogram = {
    var index = 0
    while (index < sums.length) {
      sums(index) -= other.sums(index)
      index += 1
    }
    this
  }

  /** Sums the bins of the first slot. The bins of every slot contain all rows of the leaf. */
  def totals: LeafTotals = {
    var first, second, count = 0.0
    var bin = 0
    while (bin < Bins) {
      first += sums(3 * bin)
      second += sums(3 * bin + 1)
      count += sums(3 * bin + 2)
      bin += 1
    }
    LeafTotals(first, second, count.toInt)
  }
}

/**
 * Builds histograms of rows. It is used by one tree at a time.
 *
 * A row adds to the bins of all slots before the next row is read. The bins of a row are side by side in memory, and additions to
 * different slots do not wait for each other, as additions to the same bin of one slot would.
 *
 * @param chosen features by slot
 */
private[ranking] final class HistogramBuilder(bins: FeatureBins, gradients: LambdaGradients, chosen: Array[Int]) {
  import HistogramBuilder._

  /**
   * Sums the rows of a leaf.
   *
   * @param order row numbers; those at the positions `from` until `until` are summed
   */
  def build(order: Array[Int], from: Int, until: Int): Histogram = {
    val histogram = new Histogram(chosen.length)
    // Threads share the slots and not the rows, so that every sum is made in the order of rows.
    if (until - from < LeastRows) add(histogram, 0, chosen.length, order, from, until)
    else Parallel.foreach((chosen.length + SlotsPerTask - 1) / SlotsPerTask) { task =>
      add(histogram, task * SlotsPerTask, math.min(chosen.length, (task + 1) * SlotsPerTask), order, from, until)
    }
    histogram
  }

  /** Adds the rows to the slots `firstSlot` until `lastSlot`. */
  private def add(histogram: Histogram, firstSlot: Int, lastSlot: Int, order: Array[Int], from: Int, until: Int): Unit = {
    val (sums, binOf, features, width) = (histogram.sums, bins.bins, chosen, bins.width)
    var at = from
    while (at < until) {
      val row = order(at)
      val first = gradients.first(row)
      val second = gradients.second(row)
      var slot = firstSlot
      while (slot < lastSlot) {
        val index = 3 * (slot * FeatureBins.Bins + binOf(row * width + features(slot)))
        sums(index) += first
        sums(index + 1) += second
        sums(index + 2) += 1
        slot += 1
      }
      at += 1
    }
  }
}

private object HistogramBuilder {
  /** Fewer rows are summed by one thread, because it would cost more to divide the work. */
  private val LeastRows = 512
  private val SlotsPerTask = 12
}
