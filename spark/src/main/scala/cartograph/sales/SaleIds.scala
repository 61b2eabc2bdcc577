package cartograph.sales

import org.apache.spark.{HashPartitioner, Partitioner}
import org.apache.spark.rdd.RDD

/**
 * Sales that repeat an earlier one of the same user with the same id.
 *
 * A producer that got no answer sends a sale again, and the topic then has it at two addresses. Of the sales of a user with the
 * same id, the one with the earliest Kafka timestamp counts (of equal timestamps, the lowest address), and each that follows
 * less than a day after it is a repeat. The next one counts again, and so on. The same rule is in
 * lambdas/shared/platform/recent-repeats.ts.
 */
private[sales] object SaleIds {

  /** Time after a sale in which others with its id repeat it, ms. */
  val RepeatMs: Long = 24L * 60 * 60 * 1000

  /** The id of a sale with its user: two users may have the same id, as two shops on one topic have. */
  private final case class SaleId(user: String, id: String)

  private type Key = (SaleId, Address)

  /** Each id after the other, its sales in the order of Kafka timestamps. */
  private implicit val ordering: Ordering[Key] = (a, b) => {
    val byUser = a._1.user.compareTo(b._1.user)
    if (byUser != 0) byUser
    else {
      val byId = a._1.id.compareTo(b._1.id)
      if (byId != 0) byId
      else {
        val byTime = java.lang.Long.compare(a._2.kafkaMs, b._2.kafkaMs)
        if (byTime != 0) byTime else Address.ordering.compare(a._2, b._2)
      }
    }
  }

  private final class BySaleId(override val numPartitions: Int) extends Partitioner {
    private val byHash = new HashPartitioner(numPartitions)
    override def getPartition(key: Any): Int = key match {
      case (saleId, _) => byHash.getPartition(saleId)
      case other => throw new IllegalArgumentException(s"Cannot place a sale: its key is $other, should be an id with an address")
    }
  }

  /**
   * Finds the repeats.
   *
   * @param interactions one per address, in any order; those without an id are never repeats
   * @param blocks       number of partitions of the result
   * @return the addresses of the repeats, each in the partition that a HashPartitioner gives it; may be empty
   */
  def repeats(interactions: RDD[Interaction], blocks: Int): RDD[Address] =
    interactions
      .flatMap(sale => sale.saleId.map(id => ((SaleId(sale.user, id), sale.address), ())))
      .repartitionAndSortWithinPartitions(new BySaleId(blocks))
      .mapPartitions(sorted => repeatsOf(sorted.map { case (key, _) => key }))
      .map(_ -> ())
      .partitionBy(new HashPartitioner(blocks))
      .keys

  private def repeatsOf(sorted: Iterator[Key]): Iterator[Address] =
    sorted.scanLeft((Option.empty[Key], Option.empty[Address])) { case ((counted, _), key @ (saleId, address)) =>
      if (counted.exists { case (id, first) => id == saleId && address.kafkaMs - first.kafkaMs < RepeatMs })
        (counted, Some(address))
      else (Some(key), None)
    }.flatMap { case (_, repeat) => repeat }
}
