package cartograph.platform

import org.apache.spark.rdd.RDD

/** Splits tables into files of about a million rows. */
object FileParts {
  val RowsPerFile: Int = 1000000

  /** Returns the number of files for a number of rows, at least 1. */
  def partsFor(rows: Long): Int = math.max(1, math.ceil(rows.toDouble / RowsPerFile).toInt)

  /** Joins neighbouring partitions of sorted rows, down to the number of files that `count` rows need. The order stays. */
  def inParts[Row](rows: RDD[Row], count: Long): RDD[Row] =
    if (partsFor(count) >= rows.getNumPartitions) rows else rows.coalesce(partsFor(count), shuffle = false, Some(InOrder))
}

/** Joins neighbouring partitions in order. Spark's default coalescer groups by data locality and may change the order. */
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
