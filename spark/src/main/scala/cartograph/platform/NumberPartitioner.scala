package cartograph.platform

import org.apache.spark.Partitioner

/** Assigns the numbers 0 until `count` to partitions in ascending order, the same number of them to each but the last. */
final class NumberPartitioner(private val count: Int, override val numPartitions: Int) extends Partitioner {
  private val size = math.max(1, math.ceil(count.toDouble / numPartitions).toInt)

  /** Returns the first number of a partition. */
  def start(partition: Int): Int = math.min(count, partition * size)

  override def getPartition(key: Any): Int = key match {
    case number: Int => math.min(number / size, numPartitions - 1)
    case (number: Int, _) => math.min(number / size, numPartitions - 1)
    case other => throw new IllegalArgumentException(
        s"Cannot choose a partition: the key is $other, should be a number, or a pair that starts with one"
      )
  }
  override def equals(other: Any): Boolean = other match {
    case that: NumberPartitioner => that.numPartitions == numPartitions && that.count == count
    case _ => false
  }
  override def hashCode: Int = count * 31 + numPartitions
}
