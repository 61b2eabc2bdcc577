package cartograph.sales

import cartograph.{Sale, SparkSuite}

class ShopRowsTest extends SparkSuite {
  private lazy val shops = Seq(1, 3, 9).map { blocks =>
    Shop.build(sales(Sale("b", "p1"), Sale("d", "p2"), Sale("d", "p3"), Sale("da", "p2")), Map("purchase" -> 1.0), blocks)
  }

  test("rows get the numbers of their products; those of products that the shop does not have are left out") {
    val rows = sc.parallelize(Seq("p3" -> 'x', "p0" -> 'y', "p1" -> 'z', "p9" -> 'y', "p3" -> 'w', "" -> 'y'), 4)
    for (shop <- shops; maxSentBytes <- Seq(0L, ShopRows.MaxSentBytes))
      assert(ShopRows.byProduct(shop, rows, maxSentBytes).collect().toSet === Set(0 -> 'z', 2 -> 'x', 2 -> 'w'))
  }

  test("users get their rows, where the shop has them; rows of users whom the shop does not have are left out") {
    // Before the first, between two, and after the last user, next to each other and twice.
    val ids = Seq("da", "a", "aa", "b", "c", "c", "cc", "d", "d", "e", "", "d0")
    for (shop <- shops; parts <- Seq(1, 5)) {
      val found = ShopRows.byUser(shop, sc.parallelize(ids.zipWithIndex, parts))
      assert(found.partitioner === Some(shop.byUser))
      assert(found.mapValues(_.sorted).collect().toSeq === Seq(0 -> Seq(3), 1 -> Seq(7, 8), 2 -> Seq(0)))
    }
    assert(ShopRows.byUser(shops.head, sc.emptyRDD[(String, Int)]).isEmpty())
  }
}
