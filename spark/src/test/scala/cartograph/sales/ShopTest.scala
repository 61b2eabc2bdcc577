package cartograph.sales

import cartograph.{Sale, SparkSuite}

class ShopTest extends SparkSuite {
  private val weights = Map("purchase" -> 1.0, "rent" -> 0.5)
  private def build(all: Interaction*): Shop = Shop.build(sales(all: _*), weights, blocks = 3)

  /** Returns the products with their numbers of buyers, in the order of their numbers. */
  private def buyers(shop: Shop): Seq[(String, Long)] = shop.products.map(product => product.id -> product.buyers).collect().toSeq

  test("returns are subtracted: a user without a positive net quantity is no buyer, but the user and the product keep numbers") {
    val shop = build(
      Sale("ann", "lamp", quantity = 2),
      Sale("ann", "lamp", quantity = -2),
      Sale("bob", "lamp", quantity = 3),
      Sale("bob", "lamp", quantity = -1),
      Sale("cid", "vase", quantity = -1)
    )
    assert((shop.userCount, shop.productCount) === ((3, 2)))
    assert(buyers(shop) === Seq("lamp" -> 1L, "vase" -> 0L))
  }

  test("a user whose fractional quantities cancel out is no buyer") {
    val shop = build(
      Sale("ann", "rice", quantity = 0.1),
      Sale("ann", "rice", quantity = 0.2),
      Sale("ann", "rice", quantity = -0.3),
      Sale("bob", "rice")
    )
    assert(buyers(shop) === Seq("rice" -> 1L))
  }

  test("users and products are numbered from 0, each in the order of ids") {
    val shop = build(Sale("zoe", "b"), Sale("ann", "c"), Sale("b", "a"))
    assert(shop.users.collect().toSeq === Seq(0 -> "ann", 1 -> "b", 2 -> "zoe"))
    assert(shop.products.collect().map(product => product.number -> product.id).toSeq === Seq(0 -> "a", 1 -> "b", 2 -> "c"))
  }

  test("a product has its newest name, of two from the same moment the one that sorts first; without a name its id") {
    val shop = build(
      Sale("ann", "p1", 5, name = Some("Old lamp")),
      Sale("ann", "p1", 9, name = Some("Red lamp")),
      Sale("bob", "p1", 9, name = Some("New lamp")),
      Sale("ann", "p1", 11),
      Sale("ann", "p2")
    )
    assert(shop.products.map(_.label).collect().toSeq === Seq("New lamp", "p2"))
  }

  test("a name of the catalogue replaces the newest name of the sales; a product that was not sold is none of the shop") {
    val all = Seq(
      Sale("ann", "p1", 9, name = Some("Red lamp")),
      Sale("ann", "p2", 9, name = Some("Vase")),
      Sale("ann", "p3")
    )
    val names = sc.parallelize(Seq("p1" -> "Lamp", "p3" -> "Mug", "p4" -> "Not sold"))
    val shop = Shop.build(sales(all: _*), weights, blocks = 3, catalogue = Some(names))
    assert(shop.products.map(_.label).collect().toSeq === Seq("Lamp", "Vase", "Mug"))
  }

  test("sales whose type has no weight are left out and counted") {
    val all = Seq(Sale("ann", "lamp"), Sale("ann", "vase", kind = "view"), Sale("bob", "vase", kind = "view"))
    val shop = build(all: _*)
    assert(buyers(shop) === Seq("lamp" -> 1L))
    assert((shop.userCount, shop.productCount) === ((1, 1)))
    assert(SaleTypes.of(sales(all: _*), weights).untrained === 2)
  }

  test("events that are not purchases have users and products, but no buyers, and do not cancel a return") {
    val shop = Shop.build(
      sales(
        Sale("ann", "lamp"),
        Sale("ann", "lamp", quantity = -1),
        Sale("ann", "lamp", kind = "view", quantity = 5),
        Sale("bob", "vase", kind = "view"),
        Sale("cid", "vase")
      ),
      Map("purchase" -> 1.0, "view" -> 0.1),
      blocks = 3
    )
    assert((shop.userCount, shop.productCount) === ((3, 2)))
    assert(buyers(shop) === Seq("lamp" -> 0L, "vase" -> 1L))
  }
}
