package cartograph.sales

import scala.collection.mutable.ArrayBuffer
import scala.reflect.ClassTag

import org.apache.spark.rdd.RDD

import cartograph.platform.Broadcasts

/** Brings rows with ids to the numbers of a shop. Products are looked up on each executor, so that rows are shuffled once. */
object ShopRows {

  /** Ids of products that take more than 64 MiB are joined instead of sent to all executors. */
  private[cartograph] val MaxSentBytes: Long = 64L << 20

  /**
   * Finds the numbers of products.
   *
   * @param rows id of a product, and anything else, in any order
   * @return the same by the number of the product; rows of other products than those of the shop are left out
   */
  def byProduct[Row: ClassTag](
      shop: Shop,
      rows: RDD[(String, Row)],
      maxSentBytes: Long = MaxSentBytes
  ): RDD[(Int, Row)] = {
    val sizeBytes = shop.products.map(product => 48L + 2 * product.id.length).fold(0L)(_ + _)
    if (sizeBytes > maxSentBytes)
      rows.join(shop.products.map(product => product.id -> product.number), shop.byUser.numPartitions).map {
        case (_, (row, product)) => product -> row
      }
    else {
      // Products are numbered in the order of their ids.
      val known = Broadcasts.checked(rows.sparkContext, "ids of products", shop.products.map(_.id).collect(), sizeBytes)
      rows.flatMap { case (id, row) =>
        val product = java.util.Arrays.binarySearch(known.value.asInstanceOf[Array[AnyRef]], id)
        Option.when(product >= 0)(product -> row)
      }
    }
  }

  /**
   * Gathers the rows of every user.
   *
   * @param rows id of a user, and anything else, in any order
   * @return number of every user of the shop who has a row, and the rows in no order; partitioned by `shop.byUser` and sorted by
   *         number
   */
  def byUser[Row: ClassTag](shop: Shop, rows: RDD[(String, Row)]): RDD[(Int, Seq[Row])] =
    shop.users.zipPartitions(
      rows.repartitionAndSortWithinPartitions(UserIdPartitioner.of(shop)),
      preservesPartitioning = true
    ) { (users, sorted) =>
      // Both are in the order of user ids.
      val waiting = sorted.buffered
      users.flatMap { case (user, id) =>
        while (waiting.hasNext && waiting.head._1 < id) waiting.next()
        val own = ArrayBuffer.empty[Row]
        while (waiting.hasNext && waiting.head._1 == id) own += waiting.next()._2
        Option.when(own.nonEmpty)(user -> own.toSeq)
      }
    }
}
