package cartograph.lists

import org.scalatest.funsuite.AnyFunSuite

class RankingTest extends AnyFunSuite {
  test("`tie` decides between equal scores, then the smaller number; it never outweighs a score") {
    val selection = new Selection(3)
    selection.offer(1, 0.5, tie = 9)
    selection.offer(3, 0.500001, tie = 0)
    selection.offer(2, 0.5, tie = 10)
    selection.offer(0, 0.5, tie = 9)
    assert(selection.result.map(_.product).toSeq === Seq(3, 2, 0))
  }

  test("scores that differ only beyond the sixth decimal are equal, and the smaller number comes first") {
    val selection = new Selection(2)
    Seq(9 -> 0.50000049, 4 -> 0.5, 1 -> 0.1).foreach { case (product, score) => selection.offer(product, Ranking.rounded(score)) }
    assert(selection.result.map(_.product).toSeq === Seq(4, 9))
  }
}
