package cartograph.platform

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.node.ObjectNode

/** The job's log: one line of JSON per event on standard output, in the format of all stages. */
object Log {
  def info(message: String, fields: ObjectNode): Unit = write("info", message, fields)
  def warn(message: String, fields: ObjectNode): Unit = write("warn", message, fields)
  def error(message: String, fields: ObjectNode): Unit = write("error", message, fields)

  private def write(level: String, message: String, fields: ObjectNode): Unit = {
    val line = Documents.obj("level" -> level, "stage" -> "train", "message" -> message)
    line.setAll[JsonNode](fields)
    println(line.toString)
  }
}
