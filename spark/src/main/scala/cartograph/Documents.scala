package cartograph

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.node.{ArrayNode, ObjectNode}
import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper, SerializationFeature}

/** The configuration of a run, as the window carries it; see lambdas/shared/model.ts for what each means. */
final case class ModelConfig(
    algorithm: String,
    rank: Int,
    iterations: Int,
    regularisation: Double,
    alpha: Double,
    halfLifeHorizons: Double,
    quantityExponent: Double,
    topN: Int,
    holdoutShare: Double,
    holdoutFromMs: Option[Long],
    holdoutLastBasket: Boolean,
    typeWeights: Map[String, Double],
    seed: Long,
    /** As it stood in the window, to be written into the manifest. */
    json: JsonNode
)

/** `windows/N.json`, as far as the job reads it. */
final case class Window(number: Int, batches: Seq[String], partitions: JsonNode, model: ModelConfig)

/**
 * `manifests/N.json`, as far as a later run reads it.
 *
 * @param compacted       keys of the compacted parts, in order
 * @param recommendations keys of the lists' parts, in order
 * @param afterwards      how the run that was served did on window N, as it stands there
 */
final case class EarlierRun(compacted: Seq[String], recommendations: Seq[String], afterwards: Option[JsonNode])

/** The JSON documents that the job reads and writes; their schemas stand in lambdas/shared/schemas.ts. */
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

  /** @throws IllegalArgumentException if a field is missing or not what it should be; the message names key and field */
  def window(key: String, text: String): Window = {
    val node = parse(key, text)
    val at = new Fields(key, node)
    val model = new Fields(key, at.node("model"))
    Window(
      number = at.number("window").toInt,
      batches = at.node("batches").elements.asScala.map(new Fields(key, _).text("key")).toSeq,
      partitions = at.node("partitions"),
      model = ModelConfig(
        // Windows of version 0.1 name none.
        algorithm = Option(at.node("model").get("algorithm")).fold(Ranker.name)(_.asText),
        rank = model.number("rank").toInt,
        iterations = model.number("iterations").toInt,
        regularisation = model.number("regularisation"),
        alpha = model.number("alpha"),
        halfLifeHorizons = Option(at.node("model").get("halfLifeHorizons")).fold(4.0)(_.asDouble),
        quantityExponent = Option(at.node("model").get("quantityExponent")).fold(0.0)(_.asDouble),
        topN = model.number("topN").toInt,
        holdoutShare = model.number("holdoutShare"),
        holdoutFromMs = Option(at.node("model").get("holdoutFromMs")).map(_.asLong),
        holdoutLastBasket = Option(at.node("model").get("holdoutLastBasket")).exists(_.asBoolean),
        typeWeights = weights(key, model.node("typeWeights")),
        seed = model.number("seed").toLong,
        json = at.node("model")
      )
    )
  }

  /** What a later run takes from an earlier manifest. */
  def earlier(key: String, text: String): EarlierRun = {
    def below(folder: String): Seq[String] = keysOf(key, text, _.startsWith(folder))
    EarlierRun(below("compacted/"), below("recommendations/"), Option(parse(key, text).get("afterwards")).filterNot(_.isNull))
  }

  /** Keys of the files that a manifest names, in order, picked by their names. */
  def keysOf(key: String, text: String, isWanted: String => Boolean): Seq[String] =
    new Fields(key, parse(key, text)).node("files").elements.asScala
      .map(new Fields(key, _))
      .filter(file => isWanted(file.text("name")))
      .map(_.text("key"))
      .toSeq

  /** The run that `current.json` names; None where none is served. */
  def servedRun(key: String, text: String): Option[Int] =
    Some(new Fields(key, parse(key, text)).node("run")).filterNot(_.isNull).map { run =>
      require(run.isInt, s"Cannot read $key: run is $run, should be a number")
      run.asInt
    }

  private def weights(key: String, node: JsonNode): Map[String, Double] =
    node.fieldNames.asScala.map(name => name -> new Fields(key, node).number(name)).toMap

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

  private final class Fields(key: String, parent: JsonNode) {
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
}
