package cartograph

import java.nio.charset.StandardCharsets.UTF_8

import com.fasterxml.jackson.databind.JsonNode

import cartograph.evaluation.TemporalSplits
import cartograph.platform.Documents.obj
import cartograph.platform.{Documents, Fields, Hashes, Keys, Lake, Log}
import cartograph.ranking.{Algorithm, Fitted}
import cartograph.sales.{EarlierRun, ModelConfig, TombstoneInputs, Window}

/**
 * The two results of learning in one run.
 *
 * @param measured learned before the holdout; the measures describe it
 * @param served   learned from the holdout too, if that is long enough; it orders the lists
 */
final case class Learned(measured: Fitted, served: Fitted)

/**
 * The origin of the ranker of a run: `ranker` of its manifest.
 *
 * @param learnedBy     the run that learned it: this run, or an earlier one
 * @param interactions  number of interactions of that run
 * @param holdoutFromMs where its holdout begins, epoch ms; None if it does not begin at one moment
 * @param horizonMs     its horizon, ms
 */
final case class RankerOrigin(learnedBy: Int, interactions: Long, holdoutFromMs: Option[Long], horizonMs: Long) {
  def node: JsonNode = obj(
    "learnedBy" -> learnedBy,
    "interactions" -> interactions,
    "holdoutFromMs" -> holdoutFromMs,
    "horizonMs" -> horizonMs
  )
}

/**
 * The ranker of an earlier run, which this run uses instead of learning one. A day's sales hardly change which features matter;
 * factors, co-purchases and lists are always made from all sales.
 *
 * @param origin  as that run wrote it
 * @param learned what was learned
 */
final case class KeptRanker(origin: RankerOrigin, learned: Learned)

object KeptRanker {
  /** A run with more interactions than these, compared with the run that learned, learns anew. */
  private val MostGrowth = 1.1
  /** So does a run whose horizon is longer or shorter by this factor: times among the features count in horizons. */
  private val MostHorizonChange = 1.25
  /** The file of a run that keeps what orders its lists, and what was measured. */
  val File: String = "model/ranker.json"

  /** Makes the document that keeps what was learned; None if the algorithm keeps nothing. */
  def document(learned: Learned): Option[JsonNode] =
    for (measured <- learned.measured.document; served <- learned.served.document)
      yield obj("measured" -> measured, "served" -> served)

  /**
   * Finds the ranker that a run may use. Its configuration and version are those of the run, the run has at most a tenth more
   * interactions than the one that learned and nearly the same horizon, fewer than `model.learnEvery` windows came since then, and
   * the ranker that is measured has learned from nothing in the holdout, nor from a user whom this run leaves out. The choice
   * depends on the manifests of earlier windows.
   *
   * @param last         the window of this run
   * @param interactions number of interactions of this run
   * @param splits       of the sales of this run
   * @return None if this run must learn; damaged files are logged
   */
  def find(
      lake: Lake,
      last: Window,
      interactions: Long,
      splits: TemporalSplits,
      algorithm: Algorithm
  ): Option[KeptRanker] = {
    val (window, model) = (last.number, last.model)
    try
      for {
        from <- splits.fromMs
        if algorithm.windows > 0
        newest = (window - 1 to math.max(1, window - model.learnEvery + 1) by -1).iterator
        (run, origin) <- newest.flatMap(run => originIn(lake, run).map(run -> _)).nextOption()
        if window - origin.learnedBy < model.learnEvery && interactions <= MostGrowth * origin.interactions
        if origin.holdoutFromMs.exists(_ <= from)
        if knowsAll(lake, origin.learnedBy, last.tombstones)
        change = splits.horizonMs.toDouble / origin.horizonMs
        if change <= MostHorizonChange && change >= 1 / MostHorizonChange
        learned <- read(lake, run, model, algorithm)
      } yield {
        Log.info(s"Uses what run ${origin.learnedBy} learned", obj("window" -> window))
        KeptRanker(origin, learned)
      }
    catch {
      case damaged: IllegalArgumentException =>
        Log.warn(damaged.getMessage, obj("window" -> window))
        None
    }
  }

  /** Returns whether a run left out all users whom this run leaves out. */
  private def knowsAll(lake: Lake, run: Int, tombstones: Option[TombstoneInputs]): Boolean = tombstones.forall { inputs =>
    val key = Keys.manifest(run)
    lake.read(key).exists(EarlierRun.tombstonesOf(key, _) >= inputs.through)
  }

  private def originIn(lake: Lake, run: Int): Option[RankerOrigin] = {
    val key = Keys.manifest(run)
    for {
      text <- lake.read(key)
      node <- new Fields(key, Documents.parse(key, text)).optional("ranker").filterNot(_.isNull)
    } yield {
      val ranker = new Fields(key, node)
      RankerOrigin(
        ranker.number("learnedBy").toInt,
        ranker.number("interactions").toLong,
        Some(ranker.node("holdoutFromMs")).filterNot(_.isNull).map(_.asLong),
        ranker.number("horizonMs").toLong
      )
    }
  }

  private def read(lake: Lake, run: Int, model: ModelConfig, algorithm: Algorithm): Option[Learned] = {
    val key = Keys.manifest(run)
    for {
      text <- lake.read(key)
      manifest = new Fields(key, Documents.parse(key, text))
      if manifest.node("model") == model.json && manifest.node("versions").path("cartograph").asText == Run.Version
      (file, sha256) <- EarlierRun.filesOf(key, text, _ == File).headOption
      document <- lake.read(file)
      _ = require(Hashes.hex(Hashes.sha256(document.getBytes(UTF_8))) == sha256, s"Cannot read $file: its hash is not $sha256")
      parsed = new Fields(file, Documents.parse(file, document))
      measured <- algorithm.read(file, parsed.node("measured"))
      served <- algorithm.read(file, parsed.node("served"))
    } yield Learned(measured, served)
  }
}
