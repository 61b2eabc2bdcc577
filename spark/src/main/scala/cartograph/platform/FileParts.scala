package cartograph.platform

import org.apache.spark.rdd.RDD

/** Into how many files a table is split. */
object FileParts {
  val RowsPerFile = 1000000

  def partsFor(rows: Long): Int = math.max(1, math.ceil(rows.toDouble / RowsPerFile).toInt)

  /** Rows that are in order already, in as few partitions as the size of a file allows. */
  def inParts[Row](rows: RDD[Row], count: Long): RDD[Row] =
    if (partsFor(count) >= rows.getNumPartitions) rows else rows.coalesce(partsFor(count), shuffle = false, Some(InOrder))
}

/** Joins neighbouring partitions in their order. Spark's own choice looks at where data lies and may change the order. */
object InOrder extends org.apache.spark.rdd.PartitionCoalescer with Serializable {
  override def coalesce(maxPartitions: Int, parent: RDD[_]): Array[org.apache.spark.rdd.PartitionGroup] = {
    val partitions = parent.partitions
    val size = math.ceil(partitions.length.toDouble / maxPartitions).toInt
    partitions.grouped(math.max(1, size)).map { neighbours =>
      val group = new org.apache.spark.rdd.PartitionGroup()
      group.partitions ++= neighbours
      group
    }.toArray
  }
}
