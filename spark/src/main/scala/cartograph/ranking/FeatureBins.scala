package cartograph.ranking

/**
 * The values of every feature, divided into at most [[FeatureBins.Bins]] bins. A bin takes one byte instead of the four of a
 * float, and sums by bin replace sorting.
 *
 * @param edges by feature, ascending, at most 63: a value is in the bin of the number of edges below it
 * @param bins  row after row, the bin of each of its `width` features
 */
private[ranking] final case class FeatureBins(edges: Array[Array[Float]], bins: Array[Byte]) {
  def width: Int = edges.length
}

private[ranking] object FeatureBins {
  val Bins: Int = 64
  /** Edges are found on about this many rows, evenly spread. */
  private val EdgeRows = 20000

  def of(rows: RankingRows): FeatureBins = {
    val edges = Parallel.map(rows.width)(feature => edgesOf(rows, feature))
    FeatureBins(edges, binsOf(rows, edges))
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

  private def binsOf(rows: RankingRows, edges: Array[Array[Float]]): Array[Byte] = {
    val bins = new Array[Byte](rows.features.length)
    Parallel.foreachRange(rows.count) { (from, until) =>
      var at = from * rows.width
      while (at < until * rows.width) {
        val found = java.util.Arrays.binarySearch(edges(at % rows.width), rows.features(at))
        bins(at) = (if (found >= 0) found else -found - 1).toByte
        at += 1
      }
    }
    bins
  }
}
