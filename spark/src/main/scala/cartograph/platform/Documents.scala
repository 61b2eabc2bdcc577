package cartograph.platform

import com.fasterxml.jackson.databind.node.{ArrayNode, ObjectNode}
import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper, SerializationFeature}

/** The JSON documents that the job reads and writes; their schemas stand in lambdas/shared/contract/schemas.ts. */
object Documents {
  private val mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT)

  def obj(fields: (String, Any)*): ObjectNode = {
    val node = mapper.createObjectNode()
    fields.foreach { case (name, value) => node.set[JsonNode](name, toNode(value)) }
    node
  }

  def arr(values: Iterable[Any]): ArrayNode = {
    val node = mapper.createArrayNode()
    values.foreach(value => node.add(toNode(value)))
    node
  }

  def toText(node: JsonNode): String = mapper.writeValueAsString(node) + "\n"

  /** A product as it is told of everywhere. */
  def named(product: String, name: Option[String]): ObjectNode = obj("product" -> product, "name" -> name)

  def text(value: String): JsonNode = toNode(value)

  /** @throws IllegalArgumentException if the text is not JSON; the message names the key */
  def parse(key: String, text: String): JsonNode =
    try mapper.readTree(text)
    catch {
      case cause: com.fasterxml.jackson.core.JsonProcessingException =>
        throw new IllegalArgumentException(s"Cannot read $key: it is not JSON", cause)
    }

  private def toNode(value: Any): JsonNode = value match {
    case node: JsonNode => node
    case None | null => mapper.getNodeFactory.nullNode()
    case Some(inner) => toNode(inner)
    case text: String => mapper.getNodeFactory.textNode(text)
    case number: Int => mapper.getNodeFactory.numberNode(number)
    case number: Long => mapper.getNodeFactory.numberNode(number)
    case number: Double => mapper.getNodeFactory.numberNode(number)
    case other => throw new IllegalArgumentException(s"Cannot write ${other.getClass} as JSON")
  }
}

/** Fields of a JSON object, typed. `key` is what the messages name. */
final class Fields(key: String, parent: JsonNode) {
  def node(name: String): JsonNode =
    Option(parent.get(name)).getOrElse(throw new IllegalArgumentException(s"Cannot read $key: $name is missing"))

  def text(name: String): String = {
    val found = node(name)
    require(found.isTextual, s"Cannot read $key: $name is $found, should be a string")
    found.asText
  }

  def number(name: String): Double = {
    val found = node(name)
    require(found.isNumber, s"Cannot read $key: $name is $found, should be a number")
    found.asDouble
  }
}
