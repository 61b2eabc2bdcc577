package cartograph.ranking

import org.scalatest.funsuite.AnyFunSuite

class HistogramTest extends AnyFunSuite {
  private val Width = 40

  /** Groups of ten rows, of which the first is relevant. */
  private def rows(groups: Int): RankingRows = {
    val random = new java.util.Random(1)
    RankingRows(
      features = Array.fill(groups * 10 * Width)(random.nextFloat()),
      width = Width,
      labels = RankingLabels(Array.tabulate(groups * 10)(_ % 10 == 0), Array.tabulate(groups + 1)(_ * 10))
    )
  }

  private def gradientsOf(rows: RankingRows, groups: Array[Int]): LambdaGradients = {
    val random = new java.util.Random(2)
    val gradients = new LambdaGradients(rows.labels, depth = 5)
    gradients.compute(Array.fill(rows.count)(random.nextDouble()), groups)
    gradients
  }

  test("a row is in the bin of the number of edges below its value, for every feature") {
    val learned = rows(30)
    val bins = FeatureBins.of(learned)
    for (row <- 0 until learned.count; feature <- 0 until Width) {
      val value = learned.features(row * Width + feature)
      assert(bins.bins(row * Width + feature) === bins.edges(feature).count(_ < value))
    }
  }

  test("each bin of a slot has the sums of its rows, for few rows and for so many that threads share the slots") {
    val learned = rows(200)
    val bins = FeatureBins.of(learned)
    val gradients = gradientsOf(learned, Array.range(0, 200))
    val chosen = Array.range(1, Width, 2)
    for (until <- Seq(0, 30, 2000)) {
      val order = Array.range(0, learned.count).reverse
      val built = new HistogramBuilder(bins, gradients, chosen).build(order, from = 0, until)
      for (slot <- chosen.indices; bin <- 0 until FeatureBins.Bins) {
        val inBin = order.take(until).filter(row => bins.bins(row * Width + chosen(slot)) == bin)
        val at = 3 * (slot * FeatureBins.Bins + bin)
        assert(built.sums(at + 2) === inBin.length)
        // Equal to the last digit, because the order of sums is that of the rows.
        assert(built.sums(at) === inBin.foldLeft(0.0)(_ + gradients.first(_)))
        assert(built.sums(at + 1) === inBin.foldLeft(0.0)(_ + gradients.second(_)))
      }
      assert(built.totals.rows === until)
    }
  }

  test("only the groups that a tree learns from get derivatives, the same as if all got them") {
    val learned = rows(20)
    val (all, some) = (gradientsOf(learned, Array.range(0, 20)), gradientsOf(learned, Array(3, 17)))
    for (row <- 0 until learned.count) {
      val isLearned = row / 10 == 3 || row / 10 == 17
      assert(some.first(row) === (if (isLearned) all.first(row) else 0.0))
      assert(some.second(row) === (if (isLearned) all.second(row) else 0.0))
    }
    assert(all.first.count(_ != 0) > 100)
  }
}
