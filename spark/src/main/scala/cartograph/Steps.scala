package cartograph

/** Times the steps of a run and tells of each as a line of JSON. */
final class Steps(window: Int) {
  private val taken = Seq.newBuilder[(String, Double)]

  def apply[Result](step: String)(body: => Result): Result = {
    val start = System.nanoTime()
    val result = body
    val seconds = math.round((System.nanoTime() - start) / 1e7) / 100.0
    taken += step -> seconds
    Steps.tell("info", "Done", Documents.obj("window" -> window, "step" -> step, "seconds" -> seconds))
    result
  }

  /** In the order in which they ended. */
  def seconds: Seq[(String, Double)] = taken.result()
}

object Steps {

  /** One line of JSON on standard output, as all stages write them. */
  def tell(level: String, message: String, fields: com.fasterxml.jackson.databind.node.ObjectNode): Unit = {
    val line = Documents.obj("level" -> level, "stage" -> "train", "message" -> message)
    line.setAll[com.fasterxml.jackson.databind.JsonNode](fields)
    println(line.toString)
  }
}
