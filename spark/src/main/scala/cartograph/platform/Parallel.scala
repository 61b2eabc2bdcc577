package cartograph.platform

import java.util.stream.IntStream

/** Divides work among the threads of one machine. Nothing is summed across threads, so their number does not change a result. */
object Parallel {
  private val RowsPerTask = 8192

  /** Runs `body` for each of 0 until `count`, in any order. */
  def foreach(count: Int)(body: Int => Unit): Unit = IntStream.range(0, count).parallel().forEach(index => body(index))

  /** Runs `body` for each of 0 until `count`. @return the results, in order */
  def map[Result: scala.reflect.ClassTag](count: Int)(body: Int => Result): Array[Result] = {
    val results = new Array[Result](count)
    foreach(count)(index => results(index) = body(index))
    results
  }

  /** Divides 0 until `count` into ranges of 8,192 rows, and runs `body` for the beginning and the end (exclusive) of each. */
  def foreachRange(count: Int)(body: (Int, Int) => Unit): Unit =
    foreach((count + RowsPerTask - 1) / RowsPerTask) { task =>
      body(task * RowsPerTask, math.min(count, (task + 1) * RowsPerTask))
    }
}
