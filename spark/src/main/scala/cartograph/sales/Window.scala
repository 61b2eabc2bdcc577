package cartograph.sales

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode

import cartograph.platform.{Documents, Fields}

/** The configuration of a run, as the window carries it; see lambdas/shared/contract/model.ts for what each means. */
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

object ModelConfig {
  /** Windows of version 0.1 name no algorithm. */
  val DefaultAlgorithm = "ranker"
}

/** `windows/N.json`, as far as the job reads it. */
final case class Window(number: Int, batches: Seq[String], partitions: JsonNode, model: ModelConfig)

object Window {

  /** @throws IllegalArgumentException if a field is missing or not what it should be; the message names key and field */
  def parse(key: String, text: String): Window = {
    val node = Documents.parse(key, text)
    val at = new Fields(key, node)
    val model = new Fields(key, at.node("model"))
    Window(
      number = at.number("window").toInt,
      batches = at.node("batches").elements.asScala.map(new Fields(key, _).text("key")).toSeq,
      partitions = at.node("partitions"),
      model = ModelConfig(
        algorithm = Option(at.node("model").get("algorithm")).fold(ModelConfig.DefaultAlgorithm)(_.asText),
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

  private def weights(key: String, node: JsonNode): Map[String, Double] =
    node.fieldNames.asScala.map(name => name -> new Fields(key, node).number(name)).toMap
}
