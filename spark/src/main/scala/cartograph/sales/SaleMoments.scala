package cartograph.sales

import scala.collection.mutable

import org.apache.spark.rdd.RDD

/**
 * Sales of one moment: a millisecond, or a longer span if a shop has sales in many.
 *
 * @param oldestMs     time of the oldest sale, epoch ms
 * @param newestMs     time of the newest sale, epoch ms
 * @param sales        number of sales, at least 1
 * @param added        how many of them only the last window has
 * @param knownUntilMs newest time of those that an earlier window has, where a sale counts as no newer than its Kafka record,
 *                     epoch ms; `Long.MinValue` without such sales
 */
final case class SaleMoment(oldestMs: Long, newestMs: Long, sales: Long, added: Long, knownUntilMs: Long) {
  def +(other: SaleMoment): SaleMoment = SaleMoment(
    oldestMs = math.min(oldestMs, other.oldestMs),
    newestMs = math.max(newestMs, other.newestMs),
    sales = sales + other.sales,
    added = added + other.added,
    knownUntilMs = math.max(knownUntilMs, other.knownUntilMs)
  )
}

/**
 * The moments at which a shop has sales, in bounded memory: all moments are as long as the shortest power of two of milliseconds
 * for which there are at most [[SaleMoments.Limit]] of them. They depend on the set of sales alone, not on order or partitions,
 * because a part of the sales never needs longer moments than all of them.
 *
 * Only moments with sales are kept, so that a sale of another century does not make the others coarse.
 *
 * @param bits logarithm to base 2 of the length of a moment in ms
 * @param all  oldest first
 */
final case class SaleMoments(bits: Int, all: Array[SaleMoment]) {
  /**
   * Returns how many moments a moment counts for. If there are too many for each millisecond to be one, it counts for more than
   * one if its sales are spread over it. Those of one order are not.
   */
  def weightOf(moment: SaleMoment): Long =
    if (moment.newestMs - moment.oldestMs > (1L << bits) / SaleMoments.SpreadParts) moment.sales else 1

  def +(other: SaleMoments): SaleMoments = {
    val counter = new SaleMoments.Counter(math.max(bits, other.bits))
    all.foreach(counter.add)
    other.all.foreach(counter.add)
    counter.result
  }
}

object SaleMoments {
  /** Gaps and quantiles are needed to about a hundredth of the shop's time. */
  val Limit: Int = 4096

  /** Sales are spread over a moment if more than one of so many parts of it is between the oldest and the newest. */
  private val SpreadParts = 8

  val Empty: SaleMoments = SaleMoments(0, Array.empty)

  /** Counts sales at `times`, epoch ms, in any order, as if an earlier window had none of them. */
  def of(times: RDD[Long]): SaleMoments = times.mapPartitions { part =>
    val counter = new Counter
    part.foreach(at => counter.add(SaleMoment(at, at, sales = 1, added = 1, knownUntilMs = Long.MinValue)))
    Iterator.single(counter.result)
  }.fold(Empty)(_ + _)

  /** Gathers sales. It is changed in place, because it sees every sale. */
  final class Counter(leastBits: Int = 0) {
    private var bits = leastBits
    private val moments = mutable.LongMap.empty[SaleMoment]

    def add(moment: SaleMoment): Unit = {
      put(moment)
      while (moments.size > Limit) {
        bits += 1
        val finer = moments.values.toArray
        moments.clear()
        finer.foreach(put)
      }
    }

    // All of a moment's sales have equal higher bits, so any of their times finds its place.
    private def put(moment: SaleMoment): Unit = {
      val key = moment.oldestMs >> bits
      moments(key) = moments.get(key).fold(moment)(_ + moment)
    }

    def result: SaleMoments = SaleMoments(bits, moments.values.toArray.sortBy(_.oldestMs))
  }
}
