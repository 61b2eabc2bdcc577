package cartograph.ranking

/**
 * The values of every feature, divided into at most [[FeatureBins.Bins]] bins. A bin takes one byte instead of the four of a
 * float, and sums by bin replace sorting.
 *
 * @param edges by feature, ascending, at most 63: a value is in the bin of the number of edges below it
 * @param bins  by feature, the bin of each row
 */
private[ranking] final case class FeatureBins(edges: Array[Array[Float]], bins: Array[Array[Byte]])

private[ranking] object FeatureBins {
  val Bins: Int = 64
  /** Edges are found on about this many rows, evenly spread. */
  private val EdgeRows = 20000

  def of(rows: RankingRows): FeatureBins = {
    val edges = Parallel.map(rows.width)(feature => edgesOf(rows, feature))
    FeatureBins(edges, Parallel.map(rows.width)(feature => binsOf(rows, feature, edges(feature))))
  }

  /** Puts an edge between every two neighbouring values if there are at most 64, otherwise at quantiles. */
  private def edgesOf(rows: RankingRows, feature: Int): Array[Float] = {
    val step = math.max(1, rows.count / EdgeRows)
    val sorted = Array.tabulate((rows.count + step - 1) / step)(index => rows.features(index * step * rows.width + feature))
    java.util.Arrays.sort(sorted)
    val distinct = firstDistinct(sorted, Bins + 1)
    if (distinct.length <= Bins) distinct.zip(distinct.drop(1)).map { case (a, b) => a + (b - a) / 2 }
    else {
      val quantiles = (1 until Bins).map(part => sorted((part.toLong * sorted.length / Bins).toInt)).distinct
      quantiles.filter(_ < sorted.last).toArray
    }
  }

  /** Returns the different values of a sorted array, at most `most` of them. */
  private def firstDistinct(sorted: Array[Float], most: Int): Array[Float] = {
    val found = Array.newBuilder[Float]
    var (count, at) = (0, 0)
    while (at < sorted.length && count < most) {
      if (at == 0 || sorted(at) != sorted(at - 1)) {
        found += sorted(at)
        count += 1
      }
      at += 1
    }
    found.result()
  }

  private def binsOf(rows: RankingRows, feature: Int, edges: Array[Float]): Array[Byte] =
    Array.tabulate(rows.count) { row =>
      val at = java.util.Arrays.binarySearch(edges, rows.features(row * rows.width + feature))
      (if (at >= 0) at else -at - 1).toByte
    }
}
