package cartograph.platform

/** Measures and logs the time that each step of a run takes. */
final class StepTimer(window: Int) {
  private val finished = Seq.newBuilder[(String, Double)]

  /** Runs a step, logs its name and duration, and returns its result. */
  def apply[Result](step: String)(body: => Result): Result = {
    val start = System.nanoTime()
    val result = body
    val seconds = math.round((System.nanoTime() - start) / 1e7) / 100.0
    finished += step -> seconds
    Log.info("Done", Documents.obj("window" -> window, "step" -> step, "seconds" -> seconds))
    result
  }

  /** Returns the steps and their durations in seconds, in the order in which they ended. */
  def seconds: Seq[(String, Double)] = finished.result()
}
