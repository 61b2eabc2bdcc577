package cartograph.platform

import scala.reflect.ClassTag

/** Puts pairs of a key and a value in the order of keys. */
object ByKey {

  /**
   * Returns the values in the order of their keys. Sums of fractions depend on the order, and pairs arrive in the order in which
   * tasks end; sums over these values are therefore always the same.
   *
   * @param pairs in any order; the values of equal keys keep their order
   */
  def values[Key: Ordering, Value: ClassTag](pairs: IterableOnce[(Key, Value)]): Array[Value] =
    pairs.iterator.toArray.sortBy { case (key, _) => key }.map { case (_, value) => value }
}
