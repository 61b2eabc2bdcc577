package cartograph.ranking

import cartograph.platform.Parallel

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

  def of(rows: RankingRows): FeatureBins = of(Seq(rows)).head

  /** Divides the values of several samples at the same edges. */
  def of(samples: Seq[RankingRows]): Seq[FeatureBins] = {
    val edges = samples.headOption.fold(Array.empty[Array[Float]]) { first =>
      Parallel.map(first.width)(feature => edgesOf(samples, feature))
    }
    samples.map(sample => FeatureBins(edges, binsOf(sample, edges)))
  }

  /** Puts bins with the same edges one after another; at least one. */
  def stacked(bins: Seq[FeatureBins]): FeatureBins = FeatureBins(bins.head.edges, Array.concat(bins.map(_.bins): _*))

  /** Puts an edge between every two neighbouring values if there are at most 64, otherwise at quantiles. */
  private def edgesOf(samples: Seq[RankingRows], feature: Int): Array[Float] = {
    val step = math.max(1, samples.map(_.count).sum / EdgeRows)
    val sorted = Array.concat(samples.map { rows =>
      Array.tabulate((rows.count + step - 1) / step)(index => rows.features(index * step * rows.width + feature))
    }: _*)
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
