package cartograph

import org.scalatest.funsuite.AnyFunSuite

class RankingTest extends AnyFunSuite {
  test("scores that differ by less than their rounding are equal, and the smaller number is first") {
    val selection = new Selection(2)
    Seq(9 -> 0.50000049, 4 -> 0.5, 1 -> 0.1).foreach { case (product, score) => selection.offer(product, Ranking.rounded(score)) }
    assert(selection.result.map(_.product).toSeq === Seq(4, 9))
  }
}
