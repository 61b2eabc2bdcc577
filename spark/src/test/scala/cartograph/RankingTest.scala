package cartograph

import org.scalatest.funsuite.AnyFunSuite

class RankingTest extends AnyFunSuite {
  test("scores that differ by less than their rounding are equal, and the smaller number is first") {
    val selection = new Selection(2)
    Seq(Ranked(9, Ranking.rounded(0.50000049)), Ranked(4, Ranking.rounded(0.5)), Ranked(1, 0.1)).foreach(selection.offer)
    assert(selection.result.map(_.product).toSeq === Seq(4, 9))
  }
}
