package cartograph.ranking

import org.scalatest.funsuite.AnyFunSuite

class RowOrderTest extends AnyFunSuite {

  test("Rows are sorted by score, then by tie, then by number") {
    val random = new java.util.Random(7)
    for (size <- Seq(0, 1, 2, 3, 7, 8, 64, 501)) {
      val scores = Array.fill(size)(random.nextInt(9) / 4.0 - 1)
      val ties = Array.fill(size)(random.nextInt(3).toDouble)
      val rows = Array.range(0, size).filter(_ % 5 != 3)
      val expected = rows.sortBy(row => (-scores(row), -ties(row), row))
      RowOrder.sort(rows, scores, ties)
      assert(rows.toSeq === expected.toSeq, s"with $size rows")
    }
  }
}
