package cartograph.graph

import cartograph.features.{Moment, Snapshot, SnapshotPlan}
import cartograph.platform.Documents
import cartograph.ranking.MatrixFactorisation
import cartograph.sales.{ModelConfig, Purchases, Shop}
import cartograph.{Sale, SparkSuite}

/** Two planted groups, and two exceptions: 30 users buy some of ten lamps, and 20 users some of eight vases. */
class CommunitiesTest extends SparkSuite {
  import CommunitiesTest._

  private val Day = 86400000L
  private val rows = {
    val random = new scala.util.Random(7)
    val lamps = Seq.fill(400)((s"l${10 + random.nextInt(30)}", s"lamp${random.nextInt(10)}"))
    val vases = Seq.fill(300)((s"v${10 + random.nextInt(20)}", s"vase${random.nextInt(8)}"))
    // One user bought a lamp and two vases. Another bought only an anvil, which no other user bought.
    val odd = Seq(("mixed", "lamp1"), ("mixed", "vase1"), ("mixed", "vase2"), ("loner", "anvil"))
    (lamps ++ vases ++ odd).zipWithIndex.map { case ((user, product), n) => Sale(user, product, n * Day / 10) }
  }
  private val weights = Map("purchase" -> 1.0)

  private def communities(blocks: Int): Result = {
    val all = sales(rows: _*).repartition(blocks)
    val shop = Shop.build(all, weights, blocks)
    val history = Purchases.of(shop, all, weights)
    val config = ModelConfig(
      algorithm = MatrixFactorisation.name,
      rank = 2,
      iterations = 1,
      regularisation = 0.3,
      alpha = 3,
      halfLifeHorizons = 4,
      quantityExponent = 0,
      topN = 5,
      holdoutShare = 0.1,
      holdoutFromMs = None,
      holdoutLastBasket = false,
      typeWeights = weights,
      charges = Map.empty,
      learnEvery = 1,
      seed = 1,
      json = Documents.obj()
    )
    val now = Snapshot.of(
      history.mapValues(_.before(80 * 86400000L)),
      Moment(asOfMs = 80 * Day, horizonMs = 20 * Day),
      SnapshotPlan(shop.productCount, config, hasNeighbours = false)
    )
    val table = sc.broadcast(NeighbourTable.of(now.neighbours, shop.products))
    val found = Communities.of(shop, now.purchases, table)
    val ids = shop.users.collect().toMap
    Result(
      users = found.users.collect().map { case (number, community) => ids(number) -> community }.toMap,
      products = found.products.values.collect().map { case (product, community) => product.id -> community }.toMap,
      similarProducts = table.value.products.map(_.id).zip(found.similarProducts).toMap,
      count = found.count,
      modularity = found.modularity
    )
  }
  private lazy val found = communities(blocks = 2)

  test("the two planted groups become the two communities, the larger one first") {
    assert(found.count === 2)
    for ((product, community) <- found.products if product != "anvil")
      assert(community === (if (product.startsWith("lamp")) 0 else 1))
    for ((user, community) <- found.users if user != "loner" && user != "mixed")
      assert(community === (if (user.startsWith("l")) 0 else 1))
    assert(found.modularity.exists(_ > 0.3))
  }

  test("a user gets the community of most purchases") {
    assert(found.users("mixed") === 1)
  }

  test("a product that is similar to nothing, and whose buyers bought nothing else, has no community, and neither have they") {
    assert((found.products("anvil"), found.users("loner")) === ((Communities.NoCommunity, Communities.NoCommunity)))
  }

  test("the communities of similar products are also known by their places in the table") {
    val similar = found.similarProducts.filter(_._2 != Communities.NoCommunity)
    assert(similar.size === 18 && similar === found.products.filter { case (product, _) => similar.contains(product) })
  }

  test("the same sales in other partitions give the same communities, here for lists by matrix factorisation alone") {
    assert(communities(blocks = 3) === found)
  }
}

object CommunitiesTest {
  final case class Result(
      users: Map[String, Int],
      products: Map[String, Int],
      similarProducts: Map[String, Int],
      count: Int,
      modularity: Option[Double]
  )
}
