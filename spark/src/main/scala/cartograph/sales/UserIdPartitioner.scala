package cartograph.sales

import org.apache.spark.Partitioner

/**
 * Assigns ids of users to the partitions of their numbers. Users are numbered in the order of their ids, so that each partition
 * has a range of ids.
 *
 * @param firsts the first id of each partition that is not empty, ascending; only the last partitions can be empty
 */
final class UserIdPartitioner(private val firsts: Array[String], override val numPartitions: Int) extends Partitioner {

  override def getPartition(key: Any): Int = {
    val found = java.util.Arrays.binarySearch(firsts.asInstanceOf[Array[AnyRef]], key)
    // The insertion point is after the first id of the partition.
    math.max(0, if (found >= 0) found else -found - 2)
  }

  override def equals(other: Any): Boolean = other match {
    case that: UserIdPartitioner => that.numPartitions == numPartitions && that.firsts.sameElements(firsts)
    case _ => false
  }
  override def hashCode: Int = java.util.Arrays.hashCode(firsts.asInstanceOf[Array[AnyRef]]) * 31 + numPartitions
}

object UserIdPartitioner {

  /** Makes the partitioner that puts a user's id where `shop.byUser` puts the number. An id per partition reaches the driver. */
  def of(shop: Shop): UserIdPartitioner = {
    val firsts = shop.users
      .mapPartitionsWithIndex((part, users) => users.take(1).map { case (_, id) => part -> id })
      .collect()
      .sortBy { case (part, _) => part }
      .map { case (_, id) => id }
    new UserIdPartitioner(firsts, shop.byUser.numPartitions)
  }
}
