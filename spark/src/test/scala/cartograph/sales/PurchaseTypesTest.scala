package cartograph.sales

import cartograph.{Sale, SparkSuite}

/** Purchases beside events that are none. */
class PurchaseTypesTest extends SparkSuite {
  private val Day = 86400000L
  private val weights = Map("purchase" -> 1.0, "cart" -> 0.4, "view" -> 0.1)
  private val products = Seq("lamp", "mug", "vase")

  /** The sales of one user, ann. */
  private def of(all: Interaction*): Purchases = {
    val named = products.map(product => Sale("zoe", product)) ++ all
    val rows = sales(named: _*)
    Purchases.of(Shop.build(rows, weights, blocks = 2), rows, weights).lookup(0).head
  }
  private def named(numbers: Array[Int]): Seq[String] = numbers.toSeq.map(products(_))

  test(
    "only purchases are bought: what was viewed or put into the cart is known and is not what recommendations are measured by"
  ) {
    val ann = of(
      Sale("ann", "lamp", 1 * Day),
      Sale("ann", "mug", 1 * Day, kind = "view"),
      Sale("ann", "vase", 2 * Day, kind = "cart"),
      Sale("ann", "vase", 5 * Day)
    )
    assert(named(ann.boughtWithin(0, 5 * Day)) === Seq("lamp"))
    assert(named(ann.boughtWithin(2 * Day, 6 * Day)) === Seq("vase"))
    val before = ann.before(5 * Day)
    assert(named(before.products) === Seq("lamp", "mug", "vase"))
    assert(before.products.indices.filter(before.isPurchase).map(before.products(_)).map(products(_)) === Seq("lamp"))
  }

  test("views of a product do not make up for its return, and neither do they stay known") {
    val ann = of(
      Sale("ann", "lamp", 1 * Day, kind = "view", quantity = 3),
      Sale("ann", "lamp", 1 * Day),
      Sale("ann", "lamp", 2 * Day, quantity = -1),
      Sale("ann", "mug", 2 * Day, kind = "view")
    )
    assert(ann.boughtWithin(0, 9 * Day) === Array.empty[Int])
    assert(named(ann.before(9 * Day).products) === Seq("mug"))
  }

  test("a view and a purchase of one day stay two lines; several views of one day are one") {
    val ann = of(
      Sale("ann", "lamp", Day + 1, kind = "view"),
      Sale("ann", "lamp", Day + 2, kind = "view"),
      Sale("ann", "lamp", Day + 3, quantity = 2)
    )
    assert(ann.weights.toSeq === Seq(0.1f, 1f))
    assert(ann.quantities.toSeq === Seq(2f, 2f))
    assert(ann.basketCount === 1)
  }

  test("a day with views alone is no basket with a purchase") {
    val ann = of(Sale("ann", "lamp", Day), Sale("ann", "mug", 2 * Day, kind = "view"))
    assert(ann.basketCount === 1)
    assert(named(ann.basketBefore(0)) === Seq("lamp"))
    assert(named(ann.withoutLast(1).products) === Seq("mug"))
  }
}
