package cartograph.evaluation

import org.apache.spark.rdd.RDD

import cartograph.sales.{Interaction, Pauses}

/**
 * When sales were made.
 *
 * @param oldestMs time of the oldest one, epoch ms
 * @param untilMs  the moment after the newest one, epoch ms
 * @param pauses   stretches in between that do not count in lengths of time
 */
final case class SalesPeriod(oldestMs: Long, untilMs: Long, pauses: Pauses = Pauses.None)

/** Finds the moment that divides the sales into the past and the holdout. */
object Holdout {
  private val Buckets = 4096

  /**
   * Finds the latest moment from which on at least a share of the interactions were made.
   *
   * All interactions of one moment stay on one side. The moment is found by counting in ever smaller buckets, because sorting
   * all times would move all data.
   *
   * @param count number of interactions
   * @param share of the interactions to hold out, more than 0 and less than 1
   * @return the beginning of the holdout, epoch ms; None if nothing would be left to learn from
   * @throws IllegalArgumentException if the share is out of range
   */
  def from(interactions: RDD[Interaction], count: Long, period: SalesPeriod, share: Double): Option[Long] = {
    require(share > 0 && share < 1, s"Cannot hold out: share is $share, should be between 0 and 1")
    val atLeast = math.max(1L, math.ceil(share * count).toLong)
    if (count == 0 || period.untilMs - period.oldestMs <= 1) None
    else Some(latestWith(interactions, atLeast, period.oldestMs, period.untilMs)).filter(_ > period.oldestMs)
  }

  /** Finds the latest moment in [low, high) that at least `atLeast` interactions in [low, high) are not before. */
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

  /** Counts the interactions in [low, high), by bucket of `width` ms. */
  private def histogram(interactions: RDD[Interaction], low: Long, high: Long, width: Long): Array[Long] =
    interactions.mapPartitions { partition =>
      val counts = new Array[Long](Buckets)
      partition.foreach(sale => if (sale.atMs >= low && sale.atMs < high) counts(((sale.atMs - low) / width).toInt) += 1)
      Iterator.single(counts)
    }.reduce((a, b) => a.zip(b).map { case (x, y) => x + y })
}
