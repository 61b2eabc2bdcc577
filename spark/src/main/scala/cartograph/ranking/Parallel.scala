package cartograph.ranking

import java.util.stream.IntStream

/** Work on the threads of one machine. Nothing is summed across threads, so that their number does not change a result. */
private[ranking] object Parallel {

  /** Runs `body` for 0 until `count`. */
  def foreach(count: Int)(body: Int => Unit): Unit = IntStream.range(0, count).parallel().forEach(index => body(index))

  /** @return the results for 0 until `count`, in order */
  def map[Result: scala.reflect.ClassTag](count: Int)(body: Int => Result): Array[Result] = {
    val results = new Array[Result](count)
    foreach(count)(index => results(index) = body(index))
    results
  }
}
