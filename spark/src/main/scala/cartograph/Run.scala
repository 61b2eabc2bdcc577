package cartograph

import java.time.Instant

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.SparkContext
import org.apache.spark.storage.StorageLevel

import cartograph.evaluation.{Holdout, Metrics, SalesPeriod, ServedRun, TemporalSplits}
import cartograph.output.{AnswerHistories, AnswerModel, RunTables}
import cartograph.platform.Documents.{arr, obj}
import cartograph.platform.{Log, ParallelJobs, RunFile}
import cartograph.ranking.Algorithm
import cartograph.sales.{
  CatalogueNames, Charges, Inputs, PurchaseSet, Purchases, SaleTypes, SalesTime, Shop, TrainingSet, TrainingSummary
}

/** One attempt at a run: the steps in order, and the manifest that describes it. */
object Run {
  val Version = "0.2.0"

  /** A task on so many interactions takes about 100 MB of memory. */
  private val InteractionsPerBlock = 200000
  private val LeastBlocks = 2

  /** Charges that a manifest names; more are only counted. */
  private val ShownCharges = 20

  /**
   * Returns the number of blocks that the users, the factors and the tables of a run are divided into.
   *
   * Sums of fractions are made in the order of blocks, so their number decides the last digits. It depends on the data alone:
   * one machine, a cluster, and a second attempt that gets other executors make the same lists.
   */
  private[cartograph] def blocksFor(interactions: Long): Int =
    math.max(LeastBlocks.toLong, interactions / InteractionsPerBlock).toInt

  /**
   * Trains, and writes every file except the manifest.
   *
   * @param algorithms that the configuration may name
   * @return the manifest
   * @throws IllegalArgumentException if the configuration names another algorithm, or an input is damaged
   */
  def train(context: RunContext, inputs: Inputs, algorithms: Seq[Algorithm]): JsonNode = {
    val (sc, lake, steps, files) = (context.sc, context.lake, context.steps, context.files)
    val config = inputs.last.model
    val algorithm = Algorithm.named(config.algorithm, algorithms)
    val tombstones = context.tombstones(inputs.last.tombstones)
    val set = steps("read") {
      TrainingSet.read(sc, lake, inputs.files, blocksFor(inputs.last.totalInteractions), tombstones)
    }
    val time = set.summary.time
    logConflicts(set.summary, context.run)
    logRepeats(set.summary, context.run)
    logTime(time, context.run)
    val blocks = blocksFor(set.summary.interactions)
    val tables = new RunTables(files, blocks)
    val compacted = steps("compact")(tables.compacted(set.uncompacted))

    val charges = steps("charges")(Charges.of(set.interactions, config.charges))
    val sold = charges.leftOutOf(set)
    val types = steps("types")(SaleTypes.of(sold.interactions, config.typeWeights))
    val weights = types.weights
    val (purchases, shareFrom) = steps("split") {
      val bought = PurchaseSet.of(sold, types)
      val period = SalesPeriod(time.oldestMs, time.nowMs + 1)
      bought -> Holdout.from(bought.interactions, bought.count, period, config.holdoutShare)
    }
    val names = inputs.last.catalogue.map(CatalogueNames.read(sc, lake, _, blocks))
    val shop = steps("net")(Shop.build(sold.interactions, weights, blocks, names))
    val history = steps("gather") {
      val all = Purchases.of(shop, sold.interactions, weights).persist(StorageLevel.MEMORY_AND_DISK_SER)
      all.count()
      all
    }
    val splits = TemporalSplits.of(history, purchases.time, shareFrom, config)
    val served =
      if (splits.kind == TemporalSplits.Window) steps("read served lists") {
        ServedRun.read(sc, lake, shop, context.run, tombstones)
      }
      else None
    val kept = KeptRanker.find(lake, inputs.last, set.summary.interactions, splits, algorithm)
    val recommended = new Recommender(shop, algorithm, config, steps)
      .recommend(history, splits, served.map(_.lists), kept.map(_.learned))
    served.foreach(_.lists.unpersist(blocking = false))
    val isAnswerable = AnswerModel.isWritable(shop)
    val histories = if (isAnswerable) steps("write histories")(AnswerHistories.write(files, shop, history)) else Nil
    // The snapshot keeps the purchases that the lists and the graph are made from.
    history.unpersist(blocking = false)
    val graph = GraphRun.of(context, shop, recommended.lists, recommended.snapshot)
    def answer = AnswerModel(
      run = context.run,
      attempt = context.arguments.attempt,
      shop = shop,
      snapshot = recommended.snapshot,
      fitted = recommended.learned.served,
      types = types,
      config = config
    )
    val written = steps("write") {
      ParallelJobs.run(Seq(
        () => graph.documents(purchases, tombstones),
        () => tables.recommendations(graph.links, graph.counts.recommended),
        () => tables.model(shop, recommended.snapshot.factors),
        () => if (isAnswerable) answer.write(files, histories) else Nil
      )).flatten
    }
    recommended.snapshot.unpersist()
    val drawn = steps("write graph")(graph.files)
    val metrics = Metrics(
      run = context.run,
      share = config.holdoutShare,
      splits = splits,
      quality = recommended.quality,
      orderedBy = recommended.orderedBy,
      served = served.map(_.run)
    )
    val heldOut = splits.fromMs
      .map(from => purchases.interactions.filter(_.atMs >= from).count())
      .orElse(recommended.quality.map(_.heldOutPairs))
      .getOrElse(0L)
    val learned = KeptRanker.document(recommended.learned).map(files.compactJson(KeptRanker.File, _))
    // A kept ranker that measured badly was replaced.
    val origin = kept.filter(_.learned eq recommended.learned).map(_.origin).orElse(learned.map { _ =>
      RankerOrigin(context.run, set.summary.interactions, splits.fromMs, splits.horizonMs)
    })
    val all = compacted ++ written ++ histories.map(_.file) ++ learned ++ drawn :+ files.json(
      "metrics.json",
      metrics.document(heldOut, inputs.series)
    )
    logTypes(types, context.run)
    logCharges(charges, context.run)
    obj(
      "run" -> context.run,
      "attempt" -> context.arguments.attempt,
      "asOfMs" -> time.nowMs,
      "inputs" -> inputsNode(inputs, sold.summary, types, charges),
      "model" -> config.json,
      "ranker" -> origin.map(_.node),
      "versions" -> versions(sc),
      "counts" -> graph.manifestCounts,
      "quality" -> metrics.headline,
      "gate" -> metrics.gate,
      "afterwards" -> metrics.afterwards,
      "seconds" -> obj(steps.seconds: _*),
      "files" -> arr(all.sortBy(_.name).map(fileNode))
    )
  }

  private def logConflicts(summary: TrainingSummary, window: Int): Unit =
    if (summary.conflicts > 0)
      Log.error(
        s"Addresses that came with different content: ${summary.conflicts}; one row of each was kept",
        obj("window" -> window, "conflicts" -> summary.conflicts)
      )

  private def logRepeats(summary: TrainingSummary, window: Int): Unit =
    if (summary.repeats + summary.repeatsById > 0)
      Log.info(
        s"Repeated sales count once: ${summary.repeats} by address, ${summary.repeatsById} by sale id",
        obj("window" -> window, "repeats" -> summary.repeats, "repeatsById" -> summary.repeatsById)
      )

  private def logTime(time: SalesTime, window: Int): Unit = {
    def moment(ms: Long): String = Instant.ofEpochMilli(ms).toString
    time.afterNow.foreach { after =>
      Log.warn(
        s"Sales dated long after the others: ${after.interactions}, up to ${moment(after.newestMs)}; each counts as made at ${moment(time.nowMs)}",
        obj("window" -> window, "afterNow" -> after.interactions, "added" -> after.added)
      )
    }
    time.pauses.all.foreach { pause =>
      Log.info(
        s"No sales for long until ${moment(pause.untilMs)}: the time from ${moment(pause.fromMs)} on does not count in horizons",
        obj("window" -> window)
      )
    }
  }

  /** Logs which sales are missing from training because of their type. */
  private def logTypes(types: SaleTypes, window: Int): Unit = types.problem.foreach { problem =>
    val counts = obj(types.all.filterNot(_.isTrained).map(saleType => saleType.name -> saleType.count): _*)
    Log.error(problem, obj("window" -> window, "unknownSales" -> types.unknownSales, "types" -> counts))
  }

  private def logCharges(charges: Charges, window: Int): Unit = if (charges.all.nonEmpty) {
    if (charges.all.size >= Charges.Most)
      Log.warn(s"Only the first ${Charges.Most} charges, in the order of ids, were left out", obj("window" -> window))
    Log.info(
      s"Sales of charges, which are not trained on: ${charges.sales}",
      obj("window" -> window, "charges" -> obj(charges.all.take(ShownCharges).map(one => one.product -> one.sales): _*))
    )
  }

  private def inputsNode(inputs: Inputs, summary: TrainingSummary, types: SaleTypes, charges: Charges): JsonNode = obj(
    "windows" -> arr(inputs.windows.map(_.number)),
    "batches" -> inputs.windows.map(_.batches.size).sum,
    "cutAtMs" -> inputs.last.cutAtMs,
    "offsets" -> obj(inputs.last.partitions.properties.asScala.toSeq.map { entry =>
      entry.getKey -> entry.getValue.get("ranges")
    }: _*),
    "interactions" -> (summary.interactions - types.untrained),
    "repeats" -> summary.repeats,
    "repeatsById" -> summary.repeatsById,
    "conflicts" -> summary.conflicts,
    "unweighted" -> types.untrained,
    "unknown" -> obj("interactions" -> types.unknownSales, "types" -> types.unknownTypes),
    "types" -> arr(types.all.map(saleType =>
      obj("type" -> saleType.name, "interactions" -> saleType.count, "weight" -> saleType.weight)
    )),
    "charges" -> obj(
      "interactions" -> charges.sales,
      "products" -> arr(charges.all.take(ShownCharges).map(charge =>
        obj("product" -> charge.product, "name" -> charge.name, "interactions" -> charge.sales)
      ))
    ),
    "afterNow" -> summary.time.afterNow.map { after =>
      obj("interactions" -> after.interactions, "added" -> after.added, "newestMs" -> after.newestMs)
    },
    "catalogue" -> inputs.last.catalogue.map(catalogue => obj("through" -> catalogue.through)),
    "trainingSetSha256" -> summary.sha256,
    "tombstones" -> inputs.last.tombstones.map { tombstones =>
      obj("through" -> tombstones.through, "interactions" -> summary.leftOut)
    }
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
