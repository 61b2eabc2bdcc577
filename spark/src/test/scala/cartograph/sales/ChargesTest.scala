package cartograph.sales

import cartograph.{Fixtures, Sale, SparkSuite}

class ChargesTest extends SparkSuite {
  /** The names that a stack without configuration has. */
  private lazy val defaults: Map[String, Boolean] = Window.parse("window.json", Fixtures.text("window.json")).model.charges

  private def named(product: String, names: Option[String]*): Seq[Interaction] =
    names.map(name => Sale("ann", product).copy(productName = name))

  private def of(configured: Map[String, Boolean], rows: Interaction*): Seq[(String, Option[String], Long)] =
    Charges.of(sales(rows: _*), configured).all.map(charge => (charge.product, charge.name, charge.sales))

  test("a charge has the id of one, or the name in most of its named sales; case and separators do not matter") {
    val rows = named("DOT", Some("POSTAGE"), Some("Post-age"), None) ++ named("Bank Charges", None) ++
      named("lamp", Some("Lamp"), Some("Lamp"), Some("Discount")) ++ named("post", Some("Post")) ++ named("mug", None)
    assert(of(defaults, rows: _*) === Seq(("DOT", Some("POSTAGE"), 3L), ("Bank Charges", None, 1L)))
  }

  test("exactly half of the names is not most of them, and two common names count together") {
    assert(of(defaults, named("a", Some("Shipping"), Some("Lamp")): _*) === Nil)
    assert(of(defaults, named("a", Some("Shipping"), Some("Delivery"), Some("Lamp")): _*) ===
      Seq(("a", Some("Delivery"), 3L)))
  }

  test("the configuration adds names, and takes them away by id or name") {
    val rows = named("W", Some("Gift wrap")) ++ named("tax", Some("Tax, a novel")) ++ named("D", Some("Discount"))
    assert(of(Map("giftWRAP" -> true), rows: _*) === Seq(("W", Some("Gift wrap"), 1L)))
    assert(of(Map("tax" -> true, "discount" -> true, "d" -> false), rows: _*) === Seq(("tax", Some("Tax, a novel"), 1L)))
    assert(of(Map("discount" -> false), rows: _*) === Nil)
    assert(of(Map.empty, rows: _*) === Nil)
  }

  test("charges are sorted by sales, then by id") {
    val rows = named("b", Some("Tax")) ++ named("a", Some("VAT")) ++ named("c", Some("Tax"), Some("Tax"))
    assert(of(defaults, rows: _*).map(_._1) === Seq("c", "a", "b"))
  }

  test("a long text is compared in time that does not depend on its length, and is no charge") {
    assert(of(Map("tax" -> true), named("p", Some("t a x " * 1000)): _*) === Nil)
  }

  test("each default name is one by itself, and no name of the simulated shop or of a usual product is") {
    assert(defaults.size > 80 && defaults.values.forall(identity))
    val products =
      Seq("Delivery bag", "Tax adviser 2026", "Post", "Tip", "Rabattmarken", "Vase", "Freight train set", "12345", "a")
    assert(of(defaults, products.flatMap(name => named(s"p $name", Some(name))): _*) === Nil)
    assert(of(defaults, defaults.keys.toSeq.flatMap(name => named(name.toUpperCase, None)): _*).size ===
      defaults.keys.map(name => SaleTypes.comparable(name)).toSet.size)
  }
}
