package cartograph.features

import cartograph.platform.Documents
import cartograph.ranking.Ranker
import cartograph.sales.{Interaction, ModelConfig, Purchases, Shop}
import cartograph.{Fixtures, Sale, SparkSuite}

/**
 * Holds every feature of a small shop to test/fixtures/features.csv, bit by bit: trees sample columns by their positions,
 * so that another order or another rounding would change the lists.
 */
class FeatureValuesTest extends SparkSuite {
  private val Day = 86400000L
  private val Weights = Map("purchase" -> 1.0, "gift" -> 0.5)

  /** Five users, nine products and a hundred days; with prices for some, orders for some, and a few returns. */
  private val rows: Seq[Interaction] = {
    val random = new scala.util.Random(11)
    (0 until 90).map { n =>
      val user = n / 3 * 7 % 5
      Sale(
        s"u$user",
        s"p${(user % 2) * 3 + random.nextInt(6)}",
        (n / 3 * 100L / 30) * Day + random.nextInt(Day.toInt),
        quantity = if (random.nextInt(12) == 0) -1 else 1.0 + random.nextInt(4),
        kind = if (random.nextInt(6) == 0) "gift" else "purchase"
      ).copy(
        orderId = Option.when(random.nextBoolean())(s"o${n / 3}"),
        price = Option.when(random.nextInt(4) > 0)(1.25 * (1 + random.nextInt(8)))
      )
    }
  }

  private val config = ModelConfig(
    algorithm = Ranker.name,
    rank = 3,
    iterations = 3,
    regularisation = 0.1,
    alpha = 5,
    halfLifeHorizons = 4,
    quantityExponent = 0,
    topN = 5,
    holdoutShare = 0.1,
    holdoutFromMs = None,
    holdoutLastBasket = false,
    typeWeights = Weights,
    charges = Map.empty,
    learnEvery = 1,
    seed = 1,
    json = Documents.obj()
  )

  /** A header, and a line per candidate: user, product, and the features by position, as the shortest exact decimals. */
  private def table(): Seq[String] = {
    val all = sales(rows: _*)
    val shop = Shop.build(all, Weights, blocks = 2)
    val history = Purchases.of(shop, all, Weights)
    val moment = Moment(asOfMs = 95 * Day, horizonMs = 20 * Day)
    val snapshot = Snapshot.of(history.mapValues(_.before(moment.asOfMs)), moment, SnapshotPlan(shop.productCount, config))
    val found = Candidates.of(snapshot, snapshot.purchases.mapValues(_ => Array.empty[Int])).collect().sortBy(_._1)
    val lines = for ((user, candidates) <- found.toSeq; row <- 0 until candidates.size) yield {
      val values = Features.all.map(candidates.feature(row, _).toString)
      (user.toString +: candidates.products(row).toString +: values).mkString(",")
    }
    ("user" +: "product" +: Features.all.map(_.name)).mkString(",") +: lines
  }

  test("every feature of a small shop has the value that is saved") {
    val found = table()
    Fixtures.update("features.csv", found.mkString("", "\n", "\n"))
    assert(found === Fixtures.text("features.csv").linesIterator.toSeq)
  }
}
