package cartograph

import java.io.ByteArrayOutputStream
import java.nio.file.Files

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD
import org.scalatest.{BeforeAndAfterAll, BeforeAndAfterEach}

import cartograph.evaluation.Metric
import cartograph.features.{Candidates, Feature}
import cartograph.lists.{ListKind, Lists}
import cartograph.platform.{Documents, Keys}
import cartograph.ranking.{Algorithm, Fitted, Labelled, ListOrder, MatrixFactorisation, Scorer, Scorers}

/** The comparisons by which lambdas/publish decides, over several windows of a shop of three tastes. */
class GateTest extends SparkSuite with BeforeAndAfterEach with BeforeAndAfterAll {
  private val Day = 86400000L
  private val Users = 120
  private val PerTaste = 12
  private val model =
    """"algorithm": "als", "rank": 6, "iterations": 4, "regularisation": 0.1, "alpha": 5, "topN": 10, "holdoutShare": 0.1,
      |"typeWeights": {"purchase": 1}, "seed": 1""".stripMargin
  private var lake: FileLake = _
  override def beforeEach(): Unit = lake = new FileLake
  override def afterEach(): Unit = lake.delete()
  override def afterAll(): Unit = firstLake.delete()

  /** Writes a window with the sales of 30 days. @param taste by user, the third of the products that the user buys from */
  private def window(number: Int)(taste: Int => Int): Unit = {
    val random = new scala.util.Random(number)
    val rows = (0 until 1500).map { n =>
      val user = random.nextInt(Users)
      val at = ((number - 1) * 30 + n * 30.0 / 1500) * Day
      Sale(
        f"u$user%03d",
        f"p${taste(user) % 3 * PerTaste + random.nextInt(PerTaste)}%02d",
        at.toLong,
        address = Sale.Home.copy(offset = number * 10000L + n, kafkaMs = at.toLong)
      )
    }
    val key = lake.batch(s"interactions/$number.parquet", rows: _*)
    lake.put(
      Keys.window(number),
      s"""{"window": $number, "batches": [{"key": "$key", "sizeBytes": 1}], "partitions": {}, "model": {$model}}"""
    )
  }

  private def run(number: Int, algorithms: Seq[Algorithm] = Algorithm.all): JsonNode = {
    Console.withOut(new ByteArrayOutputStream)(TrainJob.run(sc, Arguments(lake.root, number, 1), algorithms))
    lake.json(Keys.manifest(number))
  }

  /** Window 1, where everybody has a taste of their own third of the products, and its run, which many tests begin with. */
  private lazy val firstLake: FileLake = {
    lake = new FileLake
    window(1)(identity)
    run(1)
    lake
  }

  private def firstRun(): JsonNode = {
    val own = lake
    val first = firstLake
    lake = own
    lake.copy(first)
    lake.json(Keys.manifest(1))
  }

  private def serve(run: Int): Unit =
    lake.put(Keys.Current, s"""{"publication": $run, "run": $run, "previous": null, "decidedThrough": $run}""")

  /** Gives every user the lists of another one. */
  private object Shuffled extends Algorithm with Fitted {
    val name = "als"
    val windows = 0
    val olderWindows = 0
    def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long, older: Seq[RDD[(Int, Labelled)]]): Fitted = this
    def baselines(list: ListKind): Seq[Scorer] = MatrixFactorisation.baselines(list)
    def orderedBy(list: ListKind): String = Scorers.MatrixFactorisation.name
    def order(list: ListKind): Option[ListOrder] = None
    def importances(list: ListKind): Seq[(Feature, Double)] = Nil
    def lists(users: RDD[(Int, Candidates)], depth: Int): RDD[(Int, Lists)] = {
      val all = MatrixFactorisation.lists(users, depth).collect().sortBy(_._1)
      val moved = all.indices.map(index => all(index)._1 -> all((index + 1) % all.length)._2)
      users.sparkContext.parallelize(moved).partitionBy(users.partitioner.get)
    }
  }

  private def metric(node: JsonNode): Metric = Metric(
    value = node.get("value").asDouble,
    n = node.get("n").asLong,
    low = node.get("low").asDouble,
    high = node.get("high").asDouble
  )
  private def overServed(manifest: JsonNode, list: String): Metric = metric(manifest.get("gate").get(list).get("overServed"))

  test("a run is compared with the served one on the sales after it, which neither run was trained on") {
    assert(firstRun().get("gate").get("served").isNull)
    serve(1)
    window(2)(identity)
    val manifest = run(2)
    assert(manifest.get("gate").get("served").asInt === 1)
    val metrics = lake.json("runs/00000002/00000001/metrics.json")
    assert(metrics.get("holdout").get("kind").asText === "window")
    assert(metrics.get("holdout").get("fromMs").asLong === 54 * Day, "the newest tenth of 60 days, which run 1 does not know")
    val compared = overServed(manifest, "any")
    assert(compared.low < 0.02 && compared.high > -0.02, "both know the tastes")
    assert(metric(manifest.get("gate").get("any").get("overBaseline")).value > -0.05)
    assert(metrics.get("any").get("served").get("ndcg@10") === manifest.get("afterwards").get("any"))
  }

  test("a planted bad model, which gives every user the lists of another, is significantly worse than the served run") {
    firstRun()
    serve(1)
    window(2)(identity)
    val manifest = run(2, Seq(Shuffled))
    for (list <- Seq("any", "new")) assert(overServed(manifest, list).high < -0.1, list)
    // A test of publish reads the file: publish must refuse this run.
    Fixtures.update("manifest-shuffled.json", lake.text(Keys.manifest(2)))
    val saved = Documents.parse("manifest-shuffled.json", Fixtures.text("manifest-shuffled.json"))
    assert(math.abs(overServed(saved, "any").value - overServed(manifest, "any").value) < 1e-3)
  }

  /** Writes a window of a shop without tastes: all of its users buy the products by their popularity alone. */
  private def growing(number: Int, users: Int): Unit = {
    val random = new scala.util.Random(number)
    val rows = (0 until 8 * users).map { n =>
      val product = (PerTaste * 3 * math.pow(random.nextDouble(), 2)).toInt
      val at = ((number - 1) * 30 + n * 30.0 / (8 * users)) * Day
      val address = Sale.Home.copy(offset = number * 10000L + n, kafkaMs = at.toLong)
      Sale(f"u${random.nextInt(users)}%03d", f"p$product%02d", at.toLong, address = address)
    }
    val key = lake.batch(s"interactions/$number.parquet", rows: _*)
    val ranker = model.replace("als", "ranker")
    lake.put(
      Keys.window(number),
      s"""{"window": $number, "batches": [{"key": "$key", "sizeBytes": 1}], "partitions": {}, "model": {$ranker}}"""
    )
  }

  test("a shop that grows and has no taste: no run is worse than the one before, and each has lists for more users") {
    val manifests = (1 to 3).map { number =>
      growing(number, users = 100 * Seq(1, 3, 4)(number - 1))
      val manifest = run(number)
      serve(number)
      manifest
    }
    assert(manifests.map(_.get("counts").get("users").asInt) === Seq(100, 300, 400))
    for (manifest <- manifests.tail; list <- Seq("any", "new"); comparison = manifest.get("gate").get(list)) {
      val over = metric(comparison.get("overServedLists"))
      assert(over.high >= -0.02, s"$list of run ${manifest.get("run")}")
      assert(metric(comparison.get("overBaseline")).low <= 0, "no taste is found")
    }
    assert(manifests.forall(_.get("gate").get("horizonMs").asLong > Day))
    // A test of publish reads the file: publish must promote all of these runs.
    Fixtures.update("manifests-growing.json", manifests.mkString("[", ",\n", "]\n"))
    val saved = Documents.parse("manifests-growing.json", Fixtures.text("manifests-growing.json")).elements.asScala.toSeq
    assert(saved.map(_.get("counts")) === manifests.map(_.get("counts")))
    for {
      (before, now) <- saved.zip(manifests)
      list <- Seq("any", "new")
      name <- Seq("overServedLists", "overBaseline")
      if name == "overBaseline" || now != manifests.head
    } {
      def value(manifest: JsonNode): Double = metric(manifest.get("gate").get(list).get(name)).value
      assert(math.abs(value(before) - value(now)) < 1e-3, s"$name of $list")
    }
  }

  test("the series shows a change of taste: the run that was served is bad on the sales after it") {
    firstRun()
    serve(1)
    for (number <- 2 to 4) {
      window(number)(user => if (number < 3) user else user + 1)
      run(number)
      serve(number)
    }
    val series = lake.json("runs/00000004/00000001/metrics.json").get("series").elements.asScala.toSeq
    assert(series.map(point => (point.get("window").asInt, point.get("run").asInt)) === Seq((2, 1), (3, 2), (4, 3)))
    val any = series.map(point => metric(point.get("any")))
    assert(any(1).high < any(0).low / 2, "the interval after the change is below half of the one before")
    assert(any(2).low > any(1).high, "and it recovers")
  }

  test("recommendations do not depend on which run is served") {
    firstRun()
    window(2)(identity)
    lake.put(Keys.window(2), lake.text(Keys.window(2)).replace("als", "ranker"))
    run(2)
    val alone = lake.text("runs/00000002/00000001/recommendations.csv")
    serve(1)
    Files.delete(lake.file(Keys.manifest(2)))
    run(2)
    assert(lake.text("runs/00000002/00000001/recommendations.csv") === alone)
  }

  test("recommendations do not depend on whether the previous window has a run") {
    firstRun()
    for (number <- 2 to 3) window(number)(identity)
    run(3)
    val without = lake.text("runs/00000003/00000001/recommendations.csv")
    Files.delete(lake.file(Keys.manifest(3)))
    run(2)
    run(3)
    assert(lake.text("runs/00000003/00000001/recommendations.csv") === without)
  }

  test("a window that is trained again while a later run is served is not compared, because the served run knows its sales") {
    firstRun()
    window(2)(identity)
    serve(2)
    assert(run(2).get("gate").get("served").isNull)
  }

  test("lists of one product are compared with lists of one product") {
    window(1)(identity)
    lake.put(Keys.window(1), lake.text(Keys.window(1)).replace("\"topN\": 10", "\"topN\": 1"))
    run(1)
    serve(1)
    window(2)(identity)
    lake.put(Keys.window(2), lake.text(Keys.window(2)).replace("\"topN\": 10", "\"topN\": 1"))
    val compared = overServed(run(2), "any")
    assert(compared.low < 0.03 && compared.high > -0.03)
  }

  test("nothing is compared if no run is served, if the served run is gone, or if its files are damaged") {
    firstRun()
    window(2)(identity)
    lake.put(Keys.Current, """{"publication": 1, "run": null, "previous": null, "decidedThrough": 1}""")
    def kinds(): (String, Boolean, Boolean) = {
      lake.file(Keys.manifest(2)).toFile.delete()
      val manifest = run(2)
      val kind = lake.json("runs/00000002/00000001/metrics.json").get("holdout").get("kind").asText
      (kind, manifest.get("gate").get("served").isNull, manifest.get("afterwards").isNull)
    }
    assert(kinds() === (("window", true, true)))
    serve(7)
    assert(kinds() === (("window", true, true)))
    serve(1)
    val servedLists = lake.file("runs/00000001/00000001/recommendations")
    Files.walk(servedLists).iterator.asScala.filter(Files.isRegularFile(_)).toSeq.foreach(Files.delete)
    assert(kinds() === (("window", true, true)))
  }

  test("with fewer than fifty users in the sales after the earlier runs, a share is held out instead") {
    firstRun()
    serve(1)
    val rows = (0 until 30).map { n =>
      Sale(f"u$n%03d", "p01", 30 * Day + n, address = Sale.Home.copy(offset = 90000L + n, kafkaMs = 30 * Day + n))
    }
    val key = lake.batch("interactions/2.parquet", rows: _*)
    lake.put(
      Keys.window(2),
      s"""{"window": 2, "batches": [{"key": "$key", "sizeBytes": 1}], "partitions": {}, "model": {$model}}"""
    )
    run(2)
    assert(lake.json("runs/00000002/00000001/metrics.json").get("holdout").get("kind").asText === "share")
  }
}
