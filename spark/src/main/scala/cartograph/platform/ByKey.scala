package cartograph.platform

import scala.reflect.ClassTag

import org.apache.spark.rdd.RDD

/** Orders and joins pairs of a key and a value. */
object ByKey {

  /**
   * Returns the values in the order of their keys. Sums of fractions depend on the order, and pairs arrive in the order in which
   * tasks end; sums over these values are therefore always the same.
   *
   * @param pairs in any order; the values of equal keys keep their order
   */
  def values[Key: Ordering, Value: ClassTag](pairs: IterableOnce[(Key, Value)]): Array[Value] =
    pairs.iterator.toArray.sortBy { case (key, _) => key }.map { case (_, value) => value }

  /**
   * Joins rows by keys that occur once on each side. Unlike Spark's `join`, it keeps the order of the left side and holds only the
   * right side of a partition in memory, so Spark need not estimate the size of what it gathers, which takes longer than joining.
   *
   * @param left  partitioned by key
   * @param right shuffled if it is not partitioned as the left side; a partition must fit into memory
   * @return the keys of both sides, partitioned and in the order of the left side
   * @throws IllegalStateException if the left side has no partitioner; from the tasks, if the right side has a key twice
   */
  def joined[Key: ClassTag, Row, Other: ClassTag](left: RDD[(Key, Row)], right: RDD[(Key, Other)]): RDD[(Key, (Row, Other))] =
    zipped(left, right) { (found, rows) =>
      rows.flatMap { case (key, row) => found.get(key).map(other => key -> (row -> other)) }
    }

  /** Joins in the same way, and keeps the keys that only the left side has. */
  def leftJoined[Key: ClassTag, Row, Other: ClassTag](
      left: RDD[(Key, Row)],
      right: RDD[(Key, Other)]
  ): RDD[(Key, (Row, Option[Other]))] =
    zipped(left, right)((found, rows) => rows.map { case (key, row) => key -> (row -> found.get(key)) })

  private def zipped[Key: ClassTag, Row, Other: ClassTag, Result: ClassTag](
      left: RDD[(Key, Row)],
      right: RDD[(Key, Other)]
  )(join: (scala.collection.Map[Key, Other], Iterator[(Key, Row)]) => Iterator[Result]): RDD[Result] = {
    val partitioner = left.partitioner.getOrElse(throw new IllegalStateException("Cannot join: the left side has no partitioner"))
    left.zipPartitions(right.partitionBy(partitioner), preservesPartitioning = true) { (rows, others) =>
      val found = scala.collection.mutable.HashMap.empty[Key, Other]
      others.foreach { case (key, other) =>
        if (found.put(key, other).nonEmpty) throw new IllegalStateException(s"Cannot join: the right side has the key $key twice")
      }
      join(found, rows)
    }
  }
}
