package cartograph.graph

import cartograph.lists.Ranking
import cartograph.sales.Product

/** A history of a lamp, bought now, and a mug, bought six horizons ago, so that it counts half. */
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
    Link(0, "ann", 0, product, 0, LinkKind.Bought, 0, 0, Bought(1, atMs, atMs))
  private val found = explanations.of(IndexedSeq(bought(lamp, 6000), bought(mug, 0)), Seq(shade, spoon, mug).map(_.number))

  private def told(listed: Product): Seq[(String, Double)] = found(listed.number).map(reason => reason.product.id -> reason.share)

  test("the shade is carried by the lamp with 0.4, and by the mug with (0.2 + 0.4) / 2") {
    assert(told(shade) === Seq("lamp" -> Ranking.rounded(0.4 / 0.7), "mug" -> Ranking.rounded(0.3 / 0.7)))
  }

  test("what only one product of the history goes with, it carries alone") {
    assert(told(spoon) === Seq("mug" -> 1.0))
  }

  test("a product that was bought before stands first, whatever the others say") {
    // Itself 1 / 2, the lamp 0.5.
    assert(told(mug) === Seq("mug" -> 0.5, "lamp" -> 0.5))
  }

  test("what nothing of the history goes with has no reason") {
    assert(explanations.of(IndexedSeq(bought(spoon, 0)), Seq(lamp.number)) === Map(lamp.number -> Nil))
  }

  test("similar products are the best by users, ties by number") {
    assert(table.similar.map(edge => (edge.source, edge.target, edge.rank, edge.score)).toSeq ===
      Seq((0, 1, 1, 0.5), (0, 2, 2, 0.4), (1, 2, 1, 0.2), (1, 3, 2, 0.1)))
    assert(table.similarTo(spoon.number).isEmpty)
  }
}
