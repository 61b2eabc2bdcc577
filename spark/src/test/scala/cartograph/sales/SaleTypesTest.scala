package cartograph.sales

import cartograph.platform.Documents
import cartograph.{Fixtures, Sale, SparkSuite}

class SaleTypesTest extends SparkSuite {
  private def of(weights: Map[String, Double], counts: (String, Int)*): SaleTypes =
    SaleTypes.of(
      sales(counts.flatMap { case (kind, count) => Seq.fill(count)(Sale("ann", "lamp", kind = kind)) }: _*),
      weights
    )

  /** The weights that a stack without configuration has. */
  private lazy val defaults: Map[String, Double] =
    Window.parse("window.json", Fixtures.text("window.json")).model.typeWeights

  test("types are counted by name; those without a weight are untrained, those that the configuration does not name unknown") {
    val types = of(Map("purchase" -> 1.0, "refund" -> 0.0), "purchase" -> 3, "refund" -> 2, "gift" -> 4, "loan" -> 1)
    assert(types.weights === Map("purchase" -> 1.0))
    assert((types.untrained, types.unknownSales, types.unknownTypes) === ((7L, 5L, 2L)))
    assert(types.unknown.map(saleType => saleType.name -> saleType.count) === Seq("gift" -> 4L, "loan" -> 1L))
    assert(types.all.map(saleType => saleType.name -> saleType.weight) ===
      Seq("gift" -> None, "purchase" -> Some(1.0), "refund" -> Some(0.0), "loan" -> None))
  }

  test("upper and lower case and separators do not matter, but a name that is written exactly so comes first") {
    val weights = Map("add_to_cart" -> 0.3, "view" -> 0.1, "View" -> 0.2)
    val types = of(weights, "Add-To-Cart" -> 1, "addtocart" -> 1, "ADD TO CART" -> 1, "View" -> 1, "view" -> 1)
    assert(types.known.map(saleType => saleType.name -> saleType.weight.get).toMap === Map(
      "Add-To-Cart" -> 0.3,
      "addtocart" -> 0.3,
      "ADD TO CART" -> 0.3,
      "View" -> 0.2,
      "view" -> 0.1
    ))
    assert(types.unknownSales === 0L)
  }

  test("without configuration the usual names of views, carts and purchases have weights, in three public vocabularies") {
    val vocabularies = Seq(
      Seq("view", "addtocart", "transaction"),
      Seq("view_item", "add_to_cart", "purchase"),
      Seq("detail-page-view", "add-to-cart", "purchase-complete")
    )
    for (vocabulary <- vocabularies) {
      val types = of(defaults, vocabulary.map(_ -> 60): _*)
      assert(vocabulary.map(types.weights) === Seq(0.1, 0.3, 1.0), vocabulary.toString)
      assert(types.problem === None)
    }
  }

  test("only ratios matter: the heaviest common type has weight 1, so views alone count as purchases do") {
    assert(of(defaults, "view" -> 60).weights === Map("view" -> 1.0))
    assert(of(Map("buy" -> 4.0, "look" -> 1.0), "buy" -> 60, "look" -> 60).weights === Map("buy" -> 1.0, "look" -> 0.25))
    assert(of(defaults, "view" -> 3, "purchase" -> 1).weights === Map("view" -> 0.1, "purchase" -> 1.0))
    // A few purchases, perhaps of a test, do not make a shop of views one of purchases.
    assert(of(defaults, "view" -> 60, "purchase" -> 49).weights === Map("view" -> 1.0, "purchase" -> 10.0))
    assert(of(defaults, "view" -> 60, "purchase" -> 50).weights("view") === 0.1)
  }

  test("of many unknown types the most frequent are listed, and all are counted") {
    val many = (1 to 300).map(n => f"type$n%03d" -> (if (n <= 30) 2 else 1)) :+ ("often" -> 5)
    val types = of(Map("purchase" -> 1.0), many: _*)
    assert((types.unknownTypes, types.unknownSales) === ((301L, 335L)))
    assert(types.unknown.map(_.name) === "often" +: (1 to 19).map(n => f"type$n%03d"))
  }

  test("the problem names the number of sales and the option; nothing at all to train on is said in words") {
    val few = of(Map("purchase" -> 1.0), "purchase" -> 1, "gift" -> 2).problem.get
    assert(few.startsWith("Sales not trained on, because the configuration does not name their types: 2 (types: 1); "))
    assert(few.contains("--type-weights"))
    val nothing = of(Map("purchase" -> 1.0), "gift" -> 2).problem.get
    assert(nothing.startsWith("Nothing was trained on, because no type has a weight (sales: 2); "))
    assert(of(Map("purchase" -> 0.0), "purchase" -> 2).problem.exists(_.startsWith("Nothing was trained on")))
    assert(of(Map("purchase" -> 1.0, "gift" -> 0.0), "purchase" -> 1, "gift" -> 2).problem === None)
    assert(of(Map("purchase" -> 1.0)).problem === None)
  }

  test("the log and the manifest can hold any type") {
    val odd = "\"<script>\u0001"
    val types = of(Map("purchase" -> 1.0), odd -> 1)
    assert(Documents.obj(types.unknown.map(saleType => saleType.name -> saleType.count): _*).get(odd).asInt === 1)
  }
}
