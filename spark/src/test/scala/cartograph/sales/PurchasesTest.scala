package cartograph.sales

import cartograph.{Sale, SparkSuite}

class PurchasesTest extends SparkSuite {
  private val Day = 86400000L
  private val weights = Map("purchase" -> 1.0, "gift" -> 0.5)
  private lazy val all = {
    val random = new scala.util.Random(6)
    val known = (0 until 400).map { n =>
      Sale(s"u${random.nextInt(37)}", s"p${random.nextInt(23)}", n * Day / 10, kind = if (n % 7 == 0) "gift" else "purchase")
    }
    // Ids that are prefixes of each other, that only viewed, and products that were only viewed.
    val odd = Seq(Sale("u", "p"), Sale("u", "p1"), Sale("viewer", "p1", kind = "view"), Sale("u1", "seen", kind = "view"))
    sales(known ++ odd: _*)
  }

  private def gathered(blocks: Int, parts: Int, maxSentBytes: Long = ShopRows.MaxSentBytes): Seq[Seq[Any]] = {
    val shuffled = all.repartition(parts)
    val shop = Shop.build(shuffled, weights, blocks)
    val users = shop.users.collect().toMap
    val products = shop.products.collect().map(product => product.number -> product.id).toMap
    val found = Purchases.of(shop, shuffled, weights, maxSentBytes)
    assert(found.partitioner === Some(shop.byUser))
    val byPartition = found.mapPartitionsWithIndex((part, rows) => rows.map(row => part -> row)).collect().toSeq
    assert(byPartition.forall { case (part, (user, _)) => shop.byUser.getPartition(user) == part })
    byPartition.map { case (_, (user, bought)) =>
      Seq(users(user), bought.products.toSeq.map(products), bought.atMs.toSeq, bought.baskets.toSeq, bought.weights.toSeq)
    }
  }

  test("every user with a weighted sale has all of them, in the order of ids") {
    val sold = all.collect().toSeq.filter(sale => weights.contains(sale.kind)).groupBy(_.user)
    val found = gathered(blocks = 3, parts = 4)
    assert(found.map(_.head) === sold.keys.toSeq.sorted)
    for (Seq(user: String, products: Seq[_], _*) <- found) assert(products.toSet === sold(user).map(_.product).toSet)
  }

  test("neither the partitions nor the way of finding product numbers changes the purchases") {
    val one = gathered(blocks = 1, parts = 1)
    assert(gathered(blocks = 3, parts = 5) === one)
    assert(gathered(blocks = 60, parts = 2) === one, "there are more partitions than users")
    assert(gathered(blocks = 3, parts = 5, maxSentBytes = 0) === one, "the ids of products are joined")
  }

  test("a basket keeps the hash of its order, also in a part of the purchases; without an order it is 0") {
    def line(day: Long, basket: String, quantity: Double = 1) =
      Purchases.Line(product = 3, atMs = day * Day, basket = basket, quantity = quantity, price = None, weight = 1)
    val bought = Purchases.gathered(Seq(line(0, "0 o1"), line(1, "1"), line(2, "2 "), line(3, "3 o1 b"), line(4, "4 o1")))
    // The first bytes of SHA-256 of "o1", of "" and of "o1 b".
    assert(bought.orders.toSeq === Seq(592632434, 0, -474954686, -2136579745, 592632434))
    val known = bought.before(4 * Day).withoutLast(1)
    assert(known.baskets.map(known.orders(_)).toSeq === Seq(592632434, 0, -474954686))
  }

  test("prices are finite, whatever the sales say") {
    def line(product: Int, price: Double) =
      Purchases.Line(product, atMs = Day, basket = "1", quantity = 1, price = Some(price), weight = 1)
    val bought = Purchases.gathered(Seq(line(1, 1e308), line(1, 1.1e308), line(2, -1e39), line(3, 2), line(3, 4)))
    assert(bought.prices.toSeq === Seq(Float.MaxValue, -Float.MaxValue, 3f))
  }

  test("an id is in the partition whose first id it is not before") {
    val partitioner = new UserIdPartitioner(Array("a", "c", "ca"), 5)
    assert(Seq("a", "b", "c", "c9", "ca", "z").map(partitioner.getPartition) === Seq(0, 0, 1, 1, 2, 2))
    assert(new UserIdPartitioner(Array.empty, 2).getPartition("a") === 0)
  }
}
