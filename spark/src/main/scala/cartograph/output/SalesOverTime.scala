package cartograph.output

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.platform.Documents.{arr, obj}
import cartograph.sales.Interaction

/** `summary/sales.json`: purchases by time; see SalesSummary in lambdas/shared/contract/summaries.ts. */
object SalesOverTime {
  private val HourMs = 3600000L
  private val MaxBuckets = 400
  private val PartsOfADay = Seq(1, 2, 3, 4, 6, 8, 12)

  /** @param weights of types of sales; others are left out, as are returns */
  def document(interactions: RDD[Interaction], weights: Map[String, Double], oldestMs: Long, newestMs: Long): JsonNode = {
    val bucketMs = width(oldestMs, newestMs)
    val first = oldestMs / bucketMs
    val buckets = (newestMs / bucketMs - first + 1).toInt
    val counts = interactions.mapPartitions { part =>
      val counts = new Array[Long](buckets)
      part.foreach(sale =>
        if (weights.contains(sale.kind) && sale.quantity > 0) counts((sale.atMs / bucketMs - first).toInt) += 1
      )
      Iterator.single(counts)
    }.fold(new Array[Long](buckets))((a, b) => a.zip(b).map { case (x, y) => x + y })
    obj("bucketMs" -> bucketMs, "fromMs" -> first * bucketMs, "counts" -> arr(counts))
  }

  /** As few hours as make at most 400 buckets: parts of a day, or whole days, so that all buckets have the same hours in them. */
  private[cartograph] def width(oldestMs: Long, newestMs: Long): Long = {
    val days = Iterator.from(1).map(_ * 24)
    (PartsOfADay.iterator ++ days).map(_ * HourMs).find(width => newestMs / width - oldestMs / width < MaxBuckets).get
  }
}
