package cartograph

import java.io.ByteArrayOutputStream

import com.fasterxml.jackson.databind.JsonNode

import cartograph.platform.Keys
import cartograph.sales.Interaction

/**
 * A run.
 *
 * @param suitable share of the discoveries that are of the user's taste, 0..1
 * @param heldOut  number of sales that are held out
 * @param log      what the job logged
 */
private final case class TimedRun(suitable: Double, heldOut: Long, manifest: JsonNode, log: String)

/**
 * Whole runs on shops whose times are not as usual: their discoveries are as good as those of the same shop with usual times.
 *
 * The shop has three tastes with 40 products each. A user buys products of one taste, so a third of what is popular suits him.
 */
class ShopsInTimeTest extends SparkSuite {
  private val (hour, day) = (3600000L, 86400000L)
  private val Start = 1700000000000L
  private val Users = 240
  private val Count = 6000
  private val PerTaste = 40
  private val model =
    """"algorithm": "ranker", "rank": 8, "iterations": 4, "regularisation": 0.1, "alpha": 10, "topN": 10, "holdoutShare": 0.1,
      |"typeWeights": {"purchase": 1, "view": 0.1}, "seed": 1""".stripMargin

  private def sale(user: Int, product: Int, atMs: Long): Interaction =
    Sale(f"u$user%03d", f"p${user % 3 * PerTaste + product}%03d", atMs)

  private val random = new scala.util.Random(7)

  /**
   * Makes the sales.
   *
   * @param atMs takes the number of a sale, from 0, and returns when it was made
   * @param user takes the number of a sale and returns who bought
   */
  private def shop(atMs: Int => Long, user: Int => Int = _ => random.nextInt(Users)): Seq[Interaction] = {
    random.setSeed(7)
    (0 until Count).map { n =>
      // The square makes some products of each taste more popular than others.
      val product = (math.pow(random.nextDouble(), 2) * PerTaste).toInt
      sale(user(n), product, atMs(n))
    }
  }

  private def steady(lengthMs: Long)(n: Int): Long = Start + n * lengthMs / Count

  private def run(rows: Seq[Interaction]): TimedRun = {
    val lake = new FileLake
    try {
      val addressed = rows.zipWithIndex.map { case (row, n) =>
        row.copy(address = Sale.Home.copy(offset = n.toLong, kafkaMs = row.atMs))
      }
      val key = lake.batch("interactions/1.parquet", addressed: _*)
      lake.put(
        Keys.window(1),
        s"""{"window": 1, "batches": [{"key": "$key", "sizeBytes": 1}], "partitions": {}, "model": {$model}}"""
      )
      val log = new ByteArrayOutputStream
      Console.withOut(log)(TrainJob.run(sc, Arguments(lake.root, 1, 1)))
      val discoveries = lake.lines("runs/00000001/00000001/recommendations.csv").map(_.split(',')).filter(_(2) == "new")
      val suitable = discoveries.count(row => row(0).tail.toInt % 3 == row(1).tail.toInt / PerTaste)
      TimedRun(
        suitable.toDouble / discoveries.size,
        lake.json("runs/00000001/00000001/metrics.json").at("/holdout/interactions").asLong,
        lake.json(Keys.manifest(1)),
        log.toString
      )
    } finally lake.delete()
  }

  private lazy val usual = run(shop(steady(90 * day)))

  private def assertAsGood(result: TimedRun): Unit = {
    assert(usual.suitable > 0.8, "the shop can be learned")
    // Which of several equally good blends is taken differs between shops, and costs some hundredths. A shop that is learned
    // nothing from would have a third.
    assert(result.suitable > 0.9 * usual.suitable)
  }

  test("one sale that is five months late changes neither now nor the quality, and is reported") {
    val rows = shop(steady(90 * day))
    val late = sale(user = 3, product = 39, rows.last.atMs + 150 * day)
    val result = run(rows :+ late)
    assertAsGood(result)
    assert(result.manifest.get("asOfMs").asLong === rows.last.atMs)
    assert(result.manifest.at("/inputs/afterNow").toString ===
      s"""{"interactions":1,"added":1,"newestMs":${late.atMs}}""")
    assert(result.log.contains("Sales dated long after the others: 1, up to "))
    assert(usual.manifest.get("inputs").get("afterNow").isNull && !usual.log.contains("Sales dated long after"))
  }

  test("sales with dates without times, one of them five months late") {
    val rows = shop(n => steady(90 * day)(n) / day * day)
    val result = run(rows :+ sale(user = 3, product = 39, rows.last.atMs + 150 * day))
    assertAsGood(result)
    assert(result.manifest.get("asOfMs").asLong === rows.last.atMs)
  }

  test("six hours of sales and one that is 20 hours ahead") {
    val rows = shop(steady(6 * hour))
    val result = run(rows :+ sale(user = 3, product = 39, Start + 26 * hour))
    assertAsGood(result)
    assert(result.manifest.get("asOfMs").asLong === rows.last.atMs)
  }

  test("a shop that was closed for four months, and then sold half of the newest tenth") {
    def atMs(n: Int): Long = steady(90 * day)(n) + (if (n > Count * 95 / 100) 120 * day else 0)
    val rows = shop(atMs)
    val result = run(rows)
    assertAsGood(result)
    assert(result.manifest.get("asOfMs").asLong === rows.last.atMs)
    assert(result.manifest.get("inputs").get("afterNow").isNull)
    assert(result.log.contains("does not count in horizons"))
  }

  test("a rate that jumps: 90 days, then as many sales within three hours") {
    val half = Count / 2
    def atMs(n: Int): Long = if (n < half) Start + n * 90 * day / half else Start + 90 * day + (n - half) * 3 * hour / half
    // In the three hours users come one after another, each once: no user of a later part bought in an earlier one.
    def user(n: Int): Int = if (n < half) random.nextInt(Users) else (n - half) * Users / half
    val rows = shop(atMs, user)
    val result = run(rows)
    assertAsGood(result)
    assert(result.manifest.get("asOfMs").asLong === rows.last.atMs)
  }

  test("a rate that falls to a twentieth: the newest tenth takes longer than all the rest") {
    val slow = Count * 92 / 100
    def atMs(n: Int): Long = if (n < slow) Start + n * 30 * day / slow else Start + 30 * day + (n - slow) * day / 6
    assertAsGood(run(shop(atMs)))
  }

  test("a shop that begins to send views, and events without a weight: the horizon and the holdout stay those of its purchases") {
    val purchases = shop(steady(90 * day))
    // In the newest three days there are ten views, and as many events of an unknown type, to a purchase.
    val events = for {
      purchase <- purchases.takeRight(200)
      kind <- Seq("view", "ping")
      _ <- 0 until 10
    } yield sale(random.nextInt(Users), (math.pow(random.nextDouble(), 2) * PerTaste).toInt, purchase.atMs).copy(kind = kind)
    val result = run(purchases ++ events)
    assertAsGood(result)
    val horizonMs = usual.manifest.at("/gate/horizonMs").asLong
    assert(horizonMs > 8 * day && result.manifest.at("/gate/horizonMs").asLong === horizonMs)
    assert(result.heldOut === usual.heldOut)
  }
}
