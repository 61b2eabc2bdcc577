package cartograph.platform

/** Times the steps of a run and logs each. */
final class StepTimer(window: Int) {
  private val taken = Seq.newBuilder[(String, Double)]

  /** Runs a step and logs its name and how many seconds it took. */
  def apply[Result](step: String)(body: => Result): Result = {
    val start = System.nanoTime()
    val result = body
    val seconds = math.round((System.nanoTime() - start) / 1e7) / 100.0
    taken += step -> seconds
    Log.info("Done", Documents.obj("window" -> window, "step" -> step, "seconds" -> seconds))
    result
  }

  /** In the order in which they ended. */
  def seconds: Seq[(String, Double)] = taken.result()
}
