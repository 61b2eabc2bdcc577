package cartograph.platform

import org.apache.spark.SparkContext
import org.apache.spark.broadcast.Broadcast

/** Broadcasts values that grow with the data. Their sizes are checked and logged. */
object Broadcasts {

  /** The driver holds every broadcast: 2 GB of memory has room for several of this size. */
  private[cartograph] val MaxBytes: Long = 256L << 20

  private val LoggedFromBytes = 1L << 20

  /**
   * Checks a size before the value exists.
   *
   * @param name      a plural noun for the log and the message, such as "popular products"
   * @param sizeBytes memory that the value takes
   * @throws IllegalArgumentException if that is more than 256 MiB
   */
  def check(name: String, sizeBytes: Long): Unit =
    require(sizeBytes <= MaxBytes, s"Cannot send $name to all executors: they take $sizeBytes bytes, should be at most $MaxBytes")

  /**
   * Sends a value to all executors. Logs its size from 1 MiB on.
   *
   * @param name      as for [[check]]
   * @param sizeBytes memory that the value takes
   * @throws IllegalArgumentException if that is more than 256 MiB
   */
  def checked[Value: scala.reflect.ClassTag](
      sc: SparkContext,
      name: String,
      value: Value,
      sizeBytes: Long
  ): Broadcast[Value] = {
    check(name, sizeBytes)
    if (sizeBytes > LoggedFromBytes) Log.info(s"Sent $name to all executors", Documents.obj("sizeBytes" -> sizeBytes))
    sc.broadcast(value)
  }
}
