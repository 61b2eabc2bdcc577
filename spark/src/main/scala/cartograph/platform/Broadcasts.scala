package cartograph.platform

import org.apache.spark.SparkContext
import org.apache.spark.broadcast.Broadcast

/** What goes to every executor, and is held by the driver. What grows with the shop is made here, so that none of it grows unseen. */
object Broadcasts {
  /** A driver of 2 GB has room for several. */
  private[cartograph] val MostBytes = 256L << 20

  private val ToldBytes = 1L << 20

  /** @throws IllegalArgumentException if it is more than 256 MiB */
  def check(what: String, bytes: Long): Unit =
    require(bytes <= MostBytes, s"Cannot send $what to all executors: they take $bytes bytes, should be at most $MostBytes")

  /**
   * Sends a value to all executors and, if it is not small, tells its size.
   *
   * @param bytes that the value takes
   * @throws IllegalArgumentException if that is more than 256 MiB
   */
  def checked[Value: scala.reflect.ClassTag](sc: SparkContext, what: String, value: Value, bytes: Long): Broadcast[Value] = {
    check(what, bytes)
    if (bytes > ToldBytes) Log.info(s"Sent $what to all executors", Documents.obj("sizeBytes" -> bytes))
    sc.broadcast(value)
  }
}
