package cartograph.sales

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode

import cartograph.platform.{Documents, Fields}

/** The configuration of a run, from its window; lambdas/shared/contract/model.ts explains each field. */
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
    /** For each id or name, true if what has it is a charge; see [[Charges]]. */
    charges: Map[String, Boolean],
    learnEvery: Int,
    seed: Long,
    /** The same as JSON, which the manifest repeats. */
    json: JsonNode
)

object ModelConfig {
  /** The algorithm of windows of version 0.1, which do not name one. */
  val DefaultAlgorithm: String = "ranker"
}

/**
 * The part of `windows/N.json` that the job reads.
 *
 * @param cutAtMs           when the window was cut, epoch ms; None if the file does not say it
 * @param batches           keys of the batches that the window adds
 * @param totalInteractions number of rows in all batches of windows 1 to N, with repeats; 0 if the file does not say it
 * @param partitions        as in the file; the manifest repeats its ranges of offsets
 * @param catalogue         the catalogue whose names the run uses; None if there was none
 * @param tombstones        the users whom the run leaves out; None if there were none
 */
final case class Window(
    number: Int,
    cutAtMs: Option[Long],
    batches: Seq[String],
    totalInteractions: Long,
    partitions: JsonNode,
    model: ModelConfig,
    catalogue: Option[CatalogueInputs] = None,
    tombstones: Option[TombstoneInputs] = None
)

object Window {

  /** @throws IllegalArgumentException if a field is missing or has the wrong type; the message names key and field */
  def parse(key: String, text: String): Window = {
    val node = Documents.parse(key, text)
    val window = new Fields(key, node)
    val model = new Fields(key, window.node("model"))
    Window(
      number = window.number("window").toInt,
      cutAtMs = window.optional("cutAtMs").map(_.asLong),
      batches = window.node("batches").elements.asScala.map(new Fields(key, _).text("key")).toSeq,
      totalInteractions = window.optional("totalInteractions").fold(0L)(_.asLong),
      partitions = window.node("partitions"),
      model = ModelConfig(
        algorithm = model.optional("algorithm").fold(ModelConfig.DefaultAlgorithm)(_.asText),
        rank = model.number("rank").toInt,
        iterations = model.number("iterations").toInt,
        regularisation = model.number("regularisation"),
        alpha = model.number("alpha"),
        halfLifeHorizons = model.optional("halfLifeHorizons").fold(4.0)(_.asDouble),
        quantityExponent = model.optional("quantityExponent").fold(0.0)(_.asDouble),
        topN = model.number("topN").toInt,
        holdoutShare = model.number("holdoutShare"),
        holdoutFromMs = model.optional("holdoutFromMs").map(_.asLong),
        holdoutLastBasket = model.optional("holdoutLastBasket").exists(_.asBoolean),
        typeWeights = weights(key, model.node("typeWeights")),
        charges = model.optional("charges").fold(Map.empty[String, Boolean])(flags(key, _)),
        learnEvery = model.optional("learnEvery").fold(1)(_.asInt),
        seed = model.number("seed").toLong,
        json = window.node("model")
      ),
      catalogue = window.optional("catalogue").map(CatalogueInputs.parse(key, _)),
      tombstones = window.optional("tombstones").map(TombstoneInputs.parse(key, _))
    )
  }

  private def weights(key: String, node: JsonNode): Map[String, Double] =
    node.fieldNames.asScala.map(name => name -> new Fields(key, node).number(name)).toMap

  /** @throws IllegalArgumentException if a value is neither true nor false */
  private def flags(key: String, node: JsonNode): Map[String, Boolean] =
    node.properties.asScala.map { entry =>
      val flag = entry.getValue
      require(flag.isBoolean, s"Cannot read $key: model.charges.${entry.getKey} is $flag, should be true or false")
      entry.getKey -> flag.asBoolean
    }.toMap
}
