package cartograph

import scala.util.control.NonFatal

import org.apache.spark.{SparkConf, SparkContext}

import cartograph.evaluation.{Bootstrap, CandidateLimits, Missed, Observed, OwnLeftOut}
import cartograph.features.{
  Audience, BlockLinks, Candidates, CountedProduct, Moment, Neighbours, ProductBlock, ProductRow, ProductStats
}
import cartograph.graph.{Bought, Link, Vertex, VertexActivity, VertexFacts}
import cartograph.lists.{Lists, Ranked, Recommendation}
import cartograph.output.GraphEdge
import cartograph.platform.{Documents, Keys, Lake, Log}
import cartograph.ranking.{Algorithm, Labelled, RankingLabels, RankingRows}
import cartograph.sales.{Address, Inputs, Interaction, Product, Purchases, Tombstones}

/** The entry point of the Spark job. Exceptions are logged and thrown again, so that the exit code is not 0. */
object TrainJob {
  def main(args: Array[String]): Unit = {
    val sc = new SparkContext(configuration)
    try run(sc, Arguments.parse(args.toSeq), secret = sc.getConf.getOption(Tombstones.SecretSetting))
    catch {
      case NonFatal(error) =>
        val advice = "see the stack trace; npm run retry -- --window N repeats a window"
        Log.error(s"Cannot train: ${rootMessage(error)}", Documents.obj("advice" -> advice))
        throw error
    } finally sc.stop()
  }

  /**
   * Configures Spark. Kryo serialises the rows that are shuffled. Their classes are registered, so that each row starts with a
   * number instead of the class name; private classes are registered by name.
   *
   * Spark deletes the files of a shuffle after the driver collected its RDD as garbage. The driver allocates so little that this
   * may not happen during a run, so it collects every few minutes, and not only every half hour as by default.
   */
  private[cartograph] def configuration: SparkConf = new SparkConf()
    .setIfMissing("spark.app.name", "cartograph")
    .setIfMissing("spark.cleaner.periodicGC.interval", "3min")
    .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
    .registerKryoClasses(Array(
      classOf[Address],
      classOf[Interaction],
      classOf[Product],
      classOf[Ranked],
      classOf[Lists],
      classOf[Link],
      Class.forName("cartograph.graph.Links$UserEnd"),
      classOf[Vertex],
      classOf[VertexFacts],
      classOf[VertexActivity],
      classOf[Bought],
      classOf[GraphEdge],
      Class.forName("cartograph.output.GraphFacts$Component"),
      Class.forName("cartograph.sales.SaleIds$SaleId"),
      Class.forName("cartograph.sales.Copies"),
      classOf[Purchases],
      classOf[Purchases.Line],
      classOf[ProductStats],
      classOf[ProductBlock],
      classOf[BlockLinks],
      classOf[Neighbours],
      classOf[ProductRow],
      classOf[Audience],
      classOf[CountedProduct],
      classOf[Moment],
      classOf[Candidates],
      classOf[Labelled],
      classOf[RankingLabels],
      classOf[RankingRows],
      classOf[Observed],
      classOf[CandidateLimits],
      classOf[Missed],
      classOf[OwnLeftOut],
      Class.forName("cartograph.evaluation.Evaluation$TestedUser"),
      classOf[Bootstrap.Sums],
      classOf[Recommendation],
      classOf[Some[_]],
      None.getClass
    ))

  private def rootMessage(error: Throwable): String =
    Iterator.iterate(error)(_.getCause).takeWhile(_ != null).collectFirst {
      case argument: IllegalArgumentException => argument.getMessage
    }.getOrElse(error.getMessage)

  /**
   * Trains on windows 1..N and writes attempt K of run N, the manifest last. If another attempt wrote the manifest first, the files
   * of this one stay unused.
   *
   * @param algorithms that the configuration may name
   * @param secret     where the secret of personal ids is, as `SecretText` takes it; only windows with tombstones need it
   * @throws IllegalArgumentException if an argument, the configuration or an input is invalid
   */
  def run(
      sc: SparkContext,
      arguments: Arguments,
      algorithms: Seq[Algorithm] = Algorithm.all,
      secret: Option[String] = None
  ): Unit = {
    val lake = new Lake(arguments.lake, sc.hadoopConfiguration)
    val context = new RunContext(sc, lake, arguments, secret)
    val inputs = context.steps("windows")(Inputs.read(lake, arguments.window))
    val manifest = Run.train(context, inputs, algorithms)
    val key = Keys.manifest(arguments.window)
    val isFirst = lake.createIfAbsent(key, Documents.toText(manifest))
    val message = if (isFirst) "Wrote the manifest" else "Another attempt wrote the manifest first; this one is not used"
    Log.info(message, Documents.obj("window" -> arguments.window, "object" -> key))
  }
}
