package cartograph.output

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.platform.Documents.{arr, obj}
import cartograph.sales.Interaction

/** `summary/sales.json`: number of purchases over time; see SalesSummary in lambdas/shared/contract/summaries.ts. */
object SalesOverTime {
  private val HourMs = 3600000L
  private val MaxBuckets = 400
  private val PartsOfADay = Seq(1, 2, 3, 4, 6, 8, 12)

  /**
   * Counts purchases in buckets of equal width. Returns are left out, and sales from before the period.
   *
   * @param purchases purchases and returns, in any order
   * @param oldestMs  start of the period, epoch ms
   * @param newestMs  end of the period, inclusive, epoch ms; no purchase is after it
   */
  def document(purchases: RDD[Interaction], oldestMs: Long, newestMs: Long): JsonNode = {
    val bucketMs = width(oldestMs, newestMs)
    val first = oldestMs / bucketMs
    val buckets = (newestMs / bucketMs - first + 1).toInt
    val counts = purchases.mapPartitions { part =>
      val counts = new Array[Long](buckets)
      part.foreach(sale =>
        if (sale.atMs >= oldestMs && sale.quantity > 0)
          counts((sale.atMs / bucketMs - first).toInt) += 1
      )
      Iterator.single(counts)
    }.fold(new Array[Long](buckets))((a, b) => a.zip(b).map { case (x, y) => x + y })
    obj("bucketMs" -> bucketMs, "fromMs" -> first * bucketMs, "counts" -> arr(counts))
  }

  /**
   * Returns the width of a bucket, ms: the smallest number of hours that divides a day, or of whole days, with at most 400
   * buckets. Such buckets all cover the same hours of the day.
   */
  private[cartograph] def width(oldestMs: Long, newestMs: Long): Long = {
    val days = Iterator.from(1).map(_ * 24)
    (PartsOfADay.iterator ++ days).map(_ * HourMs).dropWhile(width => newestMs / width - oldestMs / width >= MaxBuckets).next()
  }
}
