package cartograph.lists

import org.scalatest.funsuite.AnyFunSuite

class RankingMeasuresTest extends AnyFunSuite {

  test("only the first ten products count, and the ideal list has no more than ten") {
    val correct = (0 until 12).toArray
    assert(RankingMeasures.ndcg((0 until 12).toArray, correct) === 1.0)
    assert(RankingMeasures.recall((0 until 12).toArray, correct) === 10.0 / 12)
    assert(RankingMeasures.ndcg(Array(99), correct) === 0.0)
    assert(RankingMeasures.hit((20 until 30).toArray :+ 0, correct) === 0.0)
  }
}
