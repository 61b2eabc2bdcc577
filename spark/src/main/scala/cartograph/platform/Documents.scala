package cartograph.platform

import com.fasterxml.jackson.databind.node.{ArrayNode, ObjectNode}
import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper, SerializationFeature}

/** The JSON documents that the job reads and writes; their schemas are in lambdas/shared/contract/. */
object Documents {
  private val mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT)

  /** Builds an object. Values may be JSON nodes, text, numbers, true and false, or options of these; None becomes null. */
  def obj(fields: (String, Any)*): ObjectNode = {
    val node = mapper.createObjectNode()
    fields.foreach { case (name, value) => node.set[JsonNode](name, toNode(value)) }
    node
  }

  /** Builds an array of values as [[obj]] takes them. */
  def arr(values: Iterable[Any]): ArrayNode = {
    val node = mapper.createArrayNode()
    values.foreach(value => node.add(toNode(value)))
    node
  }

  /** Returns the document as indented text, with a line feed at the end. */
  def toText(node: JsonNode): String = mapper.writeValueAsString(node) + "\n"

  /** Returns a product's id and name, the form in which every document names a product. */
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
    case flag: Boolean => mapper.getNodeFactory.booleanNode(flag)
    case other => throw new IllegalArgumentException(
        s"Cannot write JSON: a value is of ${other.getClass}, should be text, a number or true or false"
      )
  }
}

/**
 * The fields of a JSON object, read by type. A field that is missing or of another type is an IllegalArgumentException.
 *
 * @param key the object in the lake that error messages name
 */
final class Fields(key: String, parent: JsonNode) {
  def node(name: String): JsonNode =
    optional(name).getOrElse(throw new IllegalArgumentException(s"Cannot read $key: $name is missing"))

  /** Returns the field as it is; None if it is missing. */
  def optional(name: String): Option[JsonNode] = Option(parent.get(name))

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
