package cartograph.graph

import cartograph.lists.{Lists, Ranked}
import cartograph.sales.{Purchases, Shop}
import cartograph.{Sale, SparkSuite}

class LinksTest extends SparkSuite {
  private val weights = Map("purchase" -> 1.0)
  private lazy val all = sales(
    Sale("ann", "lamp", 10, name = Some("Lamp")),
    Sale("ann", "vase", 20),
    Sale("ann", "lamp", 90000000),
    Sale("bob", "vase", 30),
    Sale("cid", "anvil", 40, quantity = 2),
    Sale("cid", "anvil", 50, quantity = -2)
  )

  private def links(blocks: Int, maxSentBytes: Long): Seq[Link] = {
    val shop = Shop.build(all, weights, blocks)
    val purchases = Purchases.of(shop, all, weights).mapValues(_.before(Long.MaxValue)).filter(_._2.size > 0)
    // Users: ann 0, bob 1, cid 2. Products: anvil 0, lamp 1, vase 2.
    val lists = purchases.mapValues(_ => Lists(any = Array(Ranked(2, 0.5), Ranked(1, 0.25)), newOnly = Array(Ranked(0, 0.125))))
    val communities = new Communities(
      users = purchases.mapValues(_ => 7),
      products = shop.products.map(product => product.number -> (product -> product.number * 10)),
      similarProducts = Array.empty,
      count = 1,
      modularity = None
    )
    Links.of(shop, purchases, lists, communities, maxSentBytes).collect().toSeq
  }

  test("links are sorted by user, kind, rank and product; a user who returned everything has none") {
    val found = links(blocks = 2, maxSentBytes = Links.MaxSentBytes)
    assert(found.map(link => (link.userId, link.kind.order, link.rank, link.product.id)) === Seq(
      ("ann", 0, 0, "lamp"),
      ("ann", 0, 0, "vase"),
      ("ann", 1, 1, "vase"),
      ("ann", 1, 2, "lamp"),
      ("ann", 2, 1, "anvil"),
      ("bob", 0, 0, "vase"),
      ("bob", 1, 1, "vase"),
      ("bob", 1, 2, "lamp"),
      ("bob", 2, 1, "anvil")
    ))
    assert(found.head.bought === Bought(2, 10, 90000000))
    assert((found.head.product.name, found.head.productCommunity, found.head.userCommunity) === ((Some("Lamp"), 10, 7)))
    assert(found.filter(_.kind != LinkKind.Bought).forall(_.bought == Bought.Never))
  }

  test("products that are joined instead of sent give the same links, in any number of blocks") {
    val sent = links(blocks = 2, maxSentBytes = Links.MaxSentBytes)
    for (blocks <- Seq(1, 3)) assert(links(blocks, maxSentBytes = 0) === sent)
  }
}
