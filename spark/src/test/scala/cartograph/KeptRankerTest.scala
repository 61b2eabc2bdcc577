package cartograph

import java.io.ByteArrayOutputStream

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import org.scalatest.{BeforeAndAfterAll, BeforeAndAfterEach}

import cartograph.platform.Keys
import cartograph.sales.Interaction

class KeptRankerTest extends SparkSuite with BeforeAndAfterEach with BeforeAndAfterAll {
  private val Day = 86400000L
  private var lake: FileLake = _
  override def beforeEach(): Unit = lake = new FileLake
  override def afterEach(): Unit = lake.delete()
  override def afterAll(): Unit = firstLake.delete()

  /** Every user buys every day products of one of two tastes. */
  private val sales: Seq[Interaction] = {
    val random = new scala.util.Random(7)
    for (day <- 0 until 100; user <- 0 until 60)
      yield {
        val sale = Sale(s"u$user", s"p${user % 2 * 15 + random.nextInt(15)}", day * Day + user)
        sale.copy(address = sale.address.copy(offset = day * 60L + user))
      }
  }

  /** Trains a window with the sales of some days. */
  private def train(window: Int, from: Int, until: Int, model: String = """"learnEvery": 3"""): JsonNode = {
    val key = lake.batch(s"interactions/$window.parquet", sales.slice(60 * from, 60 * until): _*)
    lake.put(Keys.window(window), FileLake.window(window, Seq(key)).replace("\"topN\"", s"$model, \"topN\""))
    Console.withOut(new ByteArrayOutputStream)(TrainJob.run(sc, Arguments(lake.root, window, 1)))
    lake.json(Keys.manifest(window))
  }

  /** Window 1 with the sales of 90 days, and its run, which learns a ranker for three windows. */
  private lazy val firstLake: FileLake = {
    lake = new FileLake
    train(1, 0, 90)
    lake
  }

  private def firstRun(): JsonNode = {
    val own = lake
    val first = firstLake
    lake = own
    lake.copy(first)
    lake.json(Keys.manifest(1))
  }

  private def learnedBy(manifest: JsonNode): Int = manifest.at("/ranker/learnedBy").asInt
  private def steps(manifest: JsonNode): Seq[String] = manifest.get("seconds").properties.asScala.map(_.getKey).toSeq
  private def file(manifest: JsonNode, name: String): String = lake.text(keyOf(manifest, name))
  private def keyOf(manifest: JsonNode, name: String): String =
    manifest.get("files").elements.asScala.find(_.get("name").asText == name).map(_.get("key").asText).get

  test("a window that adds little uses the ranker of an earlier run, which is the same file, and is measured") {
    val (first, second) = (firstRun(), train(2, 90, 92))
    assert((learnedBy(first), learnedBy(second)) === ((1, 1)))
    assert(steps(first).contains("learn before holdout") && !steps(second).exists(_.startsWith("learn")))
    assert(file(second, KeptRanker.File) === file(first, KeptRanker.File))
    assert(second.at("/quality/any/model/n").asInt > 0)
    assert(file(first, "recommendations.csv") !== file(second, "recommendations.csv"))
    assert(second.get("ranker") === first.get("ranker"))
  }

  test("the ranker learns anew after so many windows, and then that one is used") {
    val first = firstRun()
    val later = Seq(90 -> 91, 91 -> 92, 92 -> 93, 93 -> 94).zipWithIndex.map { case ((from, until), index) =>
      learnedBy(train(index + 2, from, until))
    }
    assert(learnedBy(first) +: later === Seq(1, 1, 1, 4, 4))
  }

  test("the ranker learns anew if the sales grew by more than a tenth, or if the configuration is another one") {
    train(1, 0, 80)
    assert(learnedBy(train(2, 80, 89)) === 2)
    assert(learnedBy(train(3, 89, 90, """"learnEvery": 3, "quantityExponent": 0.5""")) === 3)
  }

  test("if every run learns, none uses another one's ranker") {
    train(1, 0, 90, """"learnEvery": 1""")
    assert(learnedBy(train(2, 90, 91, """"learnEvery": 1""")) === 2)
  }

  test("a run learns anew if the file of the ranker is gone or damaged") {
    val first = firstRun()
    lake.put(keyOf(first, KeptRanker.File), "{}")
    assert(learnedBy(train(2, 90, 91)) === 2)
    java.nio.file.Files.delete(lake.file(keyOf(lake.json(Keys.manifest(2)), KeptRanker.File)))
    assert(learnedBy(train(3, 91, 92)) === 3)
  }
}
