package cartograph

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.SparkContext
import org.apache.spark.storage.StorageLevel
import org.apache.spark.util.SerializableConfiguration

import cartograph.evaluation.{Holdout, Metrics, ServedRun, TemporalSplits}
import cartograph.output.RunTables
import cartograph.platform.Documents.{arr, obj}
import cartograph.platform.{Keys, Lake, Log, RunFile, RunFiles, StepTimer}
import cartograph.ranking.Algorithm
import cartograph.sales.{Inputs, Purchases, Shop, TrainingSet, TrainingSummary}

/** One attempt at a run: what is computed, in order, and the manifest that tells of it. */
object Run {
  val Version = "0.1.0"

  /** Interactions per block: larger shops are cut finer than there are cores. */
  private val InteractionsPerBlock = 2000000

  def train(
      sc: SparkContext,
      lake: Lake,
      arguments: Arguments,
      inputs: Inputs,
      algorithms: Seq[Algorithm],
      steps: StepTimer
  ): JsonNode = {
    val config = inputs.last.model
    val algorithm = Algorithm.named(config.algorithm, algorithms)
    val blocks = sc.defaultParallelism
    val prefix = Keys.run(arguments.window, arguments.attempt)
    val files = new RunFiles(lake.root, prefix, new SerializableConfiguration(sc.hadoopConfiguration))
    val set = steps("read")(TrainingSet.read(sc, lake, inputs.files, blocks))
    warnOfConflicts(set.summary, arguments.window)
    val tables = new RunTables(files, math.max(blocks, (set.summary.interactions / InteractionsPerBlock).toInt))
    val compacted = steps("compact")(tables.compacted(set.uncompacted))

    val shareFrom = steps("split") {
      Holdout.from(set.interactions, set.summary.interactions, set.summary.oldestMs, set.summary.newestMs, config.holdoutShare)
    }
    val shop = steps("net")(Shop.build(set.interactions, config.typeWeights, blocks))
    val history = steps("gather") {
      val all = Purchases.of(shop, set.interactions, config.typeWeights).persist(StorageLevel.MEMORY_AND_DISK_SER)
      all.count()
      all
    }
    val splits = TemporalSplits.of(history, set.summary, shareFrom, config)
    val compared = if (splits.kind == TemporalSplits.Window)
      steps("read served lists")(ServedRun.read(sc, lake, shop, arguments.window))
    else None
    val Recommended(lists, now, quality, orderedBy) =
      Recommender.recommend(shop, history, splits, compared.map(_.lists), algorithm, config, steps)
    val graph = GraphRun.of(sc, lake, files, arguments.window, shop, lists, now, steps)
    val documents = steps("summaries")(graph.documents(set, config.typeWeights))
    val written = steps("write") {
      tables.recommendations(graph.links, graph.counts.recommended) ++ tables.model(shop, now.factors)
    } ++ steps("write graph")(graph.files)
    val told = Metrics(arguments.window, config.holdoutShare, splits, quality, orderedBy, compared.map(_.run))
    val held =
      splits.fromMs.map(from => set.interactions.filter(_.atMs >= from).count()).orElse(quality.map(_.heldOutPairs)).getOrElse(0L)
    val all = compacted ++ written ++ documents :+ files.json("metrics.json", told.document(held, inputs.series))
    obj(
      "run" -> arguments.window,
      "attempt" -> arguments.attempt,
      "asOfMs" -> set.summary.newestMs,
      "inputs" -> inputsNode(inputs, set.summary, shop.unweighted),
      "model" -> config.json,
      "versions" -> versions(sc),
      "counts" -> graph.manifestCounts,
      "quality" -> told.headline,
      "gate" -> told.gate,
      "afterwards" -> told.afterwards,
      "seconds" -> obj(steps.seconds: _*),
      "files" -> arr(all.sortBy(_.name).map(fileNode))
    )
  }

  private def warnOfConflicts(summary: TrainingSummary, window: Int): Unit =
    if (summary.conflicts > 0)
      Log.error(
        s"${summary.conflicts} addresses came with different content; one of each was kept",
        obj("window" -> window, "conflicts" -> summary.conflicts)
      )

  private def inputsNode(inputs: Inputs, summary: TrainingSummary, unweighted: Long): JsonNode = obj(
    "windows" -> arr(inputs.windows.map(_.number)),
    "batches" -> inputs.windows.map(_.batches.size).sum,
    "offsets" -> obj(inputs.last.partitions.properties.asScala.toSeq.map { entry =>
      entry.getKey -> entry.getValue.get("ranges")
    }: _*),
    "interactions" -> (summary.interactions - unweighted),
    "repeats" -> summary.repeats,
    "conflicts" -> summary.conflicts,
    "unweighted" -> unweighted,
    "trainingSetSha256" -> summary.sha256
  )

  private def versions(sc: SparkContext): JsonNode = obj(
    "cartograph" -> Version,
    "java" -> System.getProperty("java.version"),
    "scala" -> scala.util.Properties.versionNumberString,
    "spark" -> sc.version
  )

  private def fileNode(file: RunFile): JsonNode = obj(
    "name" -> file.name,
    "key" -> file.key,
    "sizeBytes" -> file.sizeBytes,
    "rows" -> file.rows,
    "sha256" -> file.sha256
  )
}
