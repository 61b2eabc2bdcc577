package cartograph.sales

import java.util.Locale

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

  test("the id decides before the name; two ids that differ in a separator between digits are two") {
    val film = named("D", Some("Discount"))
    assert(of(Map("d" -> true, "discount" -> false), film: _*).map(_._1) === Seq("D"))
    assert(of(Map("10-1" -> true), named("101", None) ++ named("10-1", None): _*).map(_._1) === Seq("10-1"))
  }

  test("a charge may have another name in each of its sales") {
    val rows = named("discount", (1 to 50).map(n => Some(s"Voucher $n")) :+ Some("Voucher 7"): _*)
    assert(of(defaults, rows: _*) === Seq(("discount", Some("Voucher 7"), 51L)))
  }

  /** `test/lambdas/shared/contract/charges.test.ts` has the same pairs. */
  test("texts are compared without case, accents and separators, and with and for &") {
    Seq(
      "Shipping & Handling" -> "shippingandhandling",
      "Frais\u00a0d\u2019expe\u0301dition" -> "fraisd'expedition",
      "GASTOS DE ENVIO" -> "gastosdeenvio",
      "Bank-Charges." -> "bankcharges",
      "10-1" -> "10-1",
      "tax 7" -> "tax7"
    ).foreach { case (text, expected) => assert(Charges.comparable(text) === expected) }
  }

  test("charges are sorted by sales, then by id") {
    val rows = named("b", Some("Tax")) ++ named("a", Some("VAT")) ++ named("c", Some("Tax"), Some("Tax"))
    assert(of(defaults, rows: _*).map(_._1) === Seq("c", "a", "b"))
  }

  test("a text that is longer than a name may be is not compared") {
    assert(of(Map("tax" -> true), named("p", Some("t a x" + " " * 1000)): _*) === Nil)
    assert(of(Map("tax" -> true), named("p", Some("t a x" + " " * 100)): _*).size === 1)
  }

  test("each default name is one by itself, and no name of the simulated shop or of a usual product is") {
    assert(defaults.size > 80 && defaults.values.forall(identity))
    val products =
      Seq("Delivery bag", "Tax adviser 2026", "Post", "Tip", "Rabattmarken", "Vase", "Freight train set", "12345", "a")
    assert(of(defaults, products.flatMap(name => named(s"p $name", Some(name))): _*) === Nil)
    assert(of(defaults, defaults.keys.toSeq.flatMap(name => named(name.toUpperCase(Locale.ROOT), None)): _*).size ===
      defaults.keys.map(name => Charges.comparable(name)).toSet.size)
  }
}
