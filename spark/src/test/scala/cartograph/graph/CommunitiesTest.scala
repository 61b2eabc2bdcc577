package cartograph.graph

import cartograph.features.{Moment, Snapshot, SnapshotPlan}
import cartograph.platform.Documents
import cartograph.ranking.MatrixFactorisation
import cartograph.sales.{ModelConfig, Purchases, Shop}
import cartograph.{Sale, SparkSuite}

/** Two planted groups: 30 users who buy of ten lamps, 20 users who buy of eight vases; and a few odd ones. */
class CommunitiesTest extends SparkSuite {
  import CommunitiesTest._

  private val Day = 86400000L
  private val rows = {
    val random = new scala.util.Random(7)
    val lamps = Seq.fill(400)((s"l${10 + random.nextInt(30)}", s"lamp${random.nextInt(10)}"))
    val vases = Seq.fill(300)((s"v${10 + random.nextInt(20)}", s"vase${random.nextInt(8)}"))
    // One lamp and two vases; a shelf that nobody buys together with anything but one of the lamps, too weakly to count.
    val odd = Seq(("mixed", "lamp1"), ("mixed", "vase1"), ("mixed", "vase2"), ("loner", "anvil"))
    (lamps ++ vases ++ odd).zipWithIndex.map { case ((user, product), n) => Sale(user, product, n * Day / 10) }
  }
  private val weights = Map("purchase" -> 1.0)

  private def communities(blocks: Int): Result = {
    val all = sales(rows: _*).repartition(blocks)
    val shop = Shop.build(all, weights, blocks)
    val history = Purchases.of(shop, all, weights)
    val config = ModelConfig(
      MatrixFactorisation.name,
      2,
      1,
      0.3,
      3,
      4,
      0,
      5,
      0.1,
      None,
      holdoutLastBasket = false,
      weights,
      1,
      Documents.obj()
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
      found.users.collect().map { case (number, community) => ids(number) -> community }.toMap,
      found.products.values.collect().map { case (product, community) => product.id -> community }.toMap,
      table.value.products.map(_.id).zip(found.ofSimilar).toMap,
      found.count,
      found.modularity
    )
  }
  private lazy val found = communities(blocks = 2)

  test("two planted groups are the two communities, the larger one first") {
    assert(found.count === 2)
    for ((product, community) <- found.products if product != "anvil")
      assert(community === (if (product.startsWith("lamp")) 0 else 1))
    for ((user, community) <- found.users if user != "loner" && user != "mixed")
      assert(community === (if (user.startsWith("l")) 0 else 1))
    assert(found.modularity.exists(_ > 0.3))
  }

  test("a user belongs where most purchases are") {
    assert(found.users("mixed") === 1)
  }

  test("a product that goes with nothing, and whose buyers bought nothing else, has no community, nor have they") {
    assert((found.products("anvil"), found.users("loner")) === ((Communities.Without, Communities.Without)))
  }

  test("the communities of similar products are known by their places in the table too") {
    val similar = found.ofSimilar.filter(_._2 != Communities.Without)
    assert(similar.size === 18 && similar === found.products.filter { case (product, _) => similar.contains(product) })
  }

  test("the same sales in other partitions give the same communities, also where matrix factorisation alone makes the lists") {
    assert(communities(blocks = 3) === found)
  }
}

object CommunitiesTest {
  final case class Result(
      users: Map[String, Int],
      products: Map[String, Int],
      ofSimilar: Map[String, Int],
      count: Int,
      modularity: Option[Double]
  )
}
