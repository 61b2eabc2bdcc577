package cartograph.graph

import cartograph.lists.Ranking
import cartograph.sales.Product

/** A user bought a lamp now, and a mug six horizons ago, so that the mug counts half. */
class ExplanationsTest extends org.scalatest.funsuite.AnyFunSuite {
  private val (lamp, mug, shade, spoon) = (product(0, "lamp"), product(1, "mug"), product(2, "shade"), product(3, "spoon"))
  private def product(number: Int, id: String): Product = Product(number, id, None, 1)

  /** By users: lamp → shade 0.4, mug → shade 0.2, mug → spoon 0.1, lamp → mug 0.5; by baskets: mug → shade 0.4. */
  private val table = new NeighbourTable(
    Array(lamp, mug, shade, spoon),
    starts = Array(Array(0, 2, 4, 4, 4), Array(0, 0, 1, 1, 1), new Array[Int](5)),
    targets = Array(Array(1, 2, 2, 3), Array(2), Array.empty),
    strengths = Array(Array(0.5f, 0.4f, 0.2f, 0.1f), Array(0.4f), Array.empty)
  )
  private val explanations = new Explanations(table, asOfMs = 6000, horizonMs = 1000)
  private def bought(product: Product, atMs: Long): Link =
    Link(
      user = 0,
      userId = "ann",
      userCommunity = 0,
      product = product,
      productCommunity = 0,
      kind = LinkKind.Bought,
      rank = 0,
      score = 0,
      bought = Bought(1, atMs, atMs)
    )
  private val reasons = explanations.reasons(IndexedSeq(bought(lamp, 6000), bought(mug, 0)), Seq(shade, spoon, mug).map(_.number))

  private def reasonsFor(listed: Product): Seq[(String, Double)] =
    reasons(listed.number).map(reason => reason.product.id -> reason.share)

  test("the lamp contributes 0.4 to the shade, and the mug (0.2 + 0.4) / 2") {
    assert(reasonsFor(shade) === Seq("lamp" -> Ranking.rounded(0.4 / 0.7), "mug" -> Ranking.rounded(0.3 / 0.7)))
  }

  test("a product that goes with only one purchased product has this one as its only reason") {
    assert(reasonsFor(spoon) === Seq("mug" -> 1.0))
  }

  test("a product that was bought before is its own first reason") {
    // The mug contributes 1 / 2 to itself, the lamp 0.5.
    assert(reasonsFor(mug) === Seq("mug" -> 0.5, "lamp" -> 0.5))
  }

  test("a product that goes with no purchased product has no reason") {
    assert(explanations.reasons(IndexedSeq(bought(spoon, 0)), Seq(lamp.number)) === Map(lamp.number -> Nil))
  }

  test("similar products are those with the highest strength by users, ties by number") {
    assert(table.similar.map(edge => (edge.source, edge.target, edge.rank, edge.score)).toSeq ===
      Seq((0, 1, 1, 0.5), (0, 2, 2, 0.4), (1, 2, 1, 0.2), (1, 3, 2, 0.1)))
    assert(table.similarTo(spoon.number).isEmpty)
  }
}
