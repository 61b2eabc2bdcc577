package cartograph.evaluation

import org.apache.spark.rdd.RDD

import cartograph.sales.Interaction

/** Where the past ends and the holdout begins. */
object Holdout {
  private val Buckets = 4096

  /**
   * The moment from which on the newest interactions are held out.
   *
   * All sales of one moment stay on one side: the holdout is the smallest one that holds at least `share` of them. Found
   * by counting in ever finer buckets, for sorting all times would move all data.
   *
   * @return epoch ms; None if there is no such moment after the first, so that nothing would be left to learn from
   */
  def from(interactions: RDD[Interaction], count: Long, oldestMs: Long, newestMs: Long, share: Double): Option[Long] = {
    require(share > 0 && share < 1, s"Cannot hold out: share is $share, should be between 0 and 1")
    val atLeast = math.max(1L, math.ceil(share * count).toLong)
    if (count == 0 || oldestMs == newestMs) None
    else Some(latestWith(interactions, atLeast, oldestMs, newestMs + 1)).filter(_ > oldestMs)
  }

  /** The latest moment in [low, high) such that at least `atLeast` interactions are not before it. */
  @scala.annotation.tailrec
  private def latestWith(interactions: RDD[Interaction], atLeast: Long, low: Long, high: Long): Long = {
    val width = math.max(1L, math.ceil((high - low).toDouble / Buckets).toLong)
    val counts = histogram(interactions, low, high, width)
    val fromEnd = counts.scanRight(0L)(_ + _)
    val bucket = fromEnd.lastIndexWhere(_ >= atLeast)
    val start = low + bucket * width
    if (width == 1) start
    else latestWith(interactions, atLeast - fromEnd(bucket + 1), start, math.min(high, start + width))
  }

  private def histogram(interactions: RDD[Interaction], low: Long, high: Long, width: Long): Array[Long] =
    interactions.mapPartitions { partition =>
      val counts = new Array[Long](Buckets)
      partition.foreach(sale => if (sale.atMs >= low && sale.atMs < high) counts(((sale.atMs - low) / width).toInt) += 1)
      Iterator.single(counts)
    }.reduce((a, b) => a.zip(b).map { case (x, y) => x + y })
}
