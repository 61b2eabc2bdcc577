package cartograph.features

import org.scalatest.funsuite.AnyFunSuite

class FactorScoresTest extends AnyFunSuite {
  private val random = new java.util.Random(2)

  test("scores have the same bits as one dot product after another, for any rank and number of products") {
    for (rank <- Seq(1, 3, 4, 7, 16, 23, 64); size <- Seq(0, 1, 5, 512, 1300)) {
      val rows = Array.fill(size * rank)(random.nextGaussian().toFloat)
      val scorer = new FactorScores(FactorScores.columns(rows, size, rank), size, rank)
      val scores = new Array[Float](size)
      // The second user's scores must not depend on the first user's.
      for (_ <- 0 until 2) {
        val factor = Array.fill(rank)(random.nextGaussian().toFloat)
        scorer.fill(factor, scores)
        assert(scores.toSeq === (0 until size).map(place => Vectors.dot(factor, rows, place * rank, rank)))
      }
    }
  }
}
