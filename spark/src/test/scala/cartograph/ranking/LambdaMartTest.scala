package cartograph.ranking

import org.scalatest.funsuite.AnyFunSuite

import cartograph.lists.RankingMeasures

class LambdaMartTest extends AnyFunSuite {
  private def fit(rows: RankingRows, config: LambdaMartConfig, seed: Long): Trees =
    LambdaMart.fit(rows, FeatureBins.of(rows), config, seed)

  private val config = LambdaMartConfig(trees = 40, leastRows = 5)

  /** Groups of twenty rows with four features; three of a group are relevant, by `score` of the features. */
  private def rows(groups: Int, seed: Int)(score: Array[Float] => Double): RankingRows = {
    val random = new scala.util.Random(seed)
    val all = Array.fill(groups)(Array.fill(20)(Array.fill(4)(random.nextFloat())))
    val relevant = all.flatMap { group =>
      val best = group.sortBy(-score(_)).take(3)
      group.map(row => best.exists(_ eq row))
    }
    RankingRows(all.flatten.flatten, 4, relevant, Array.tabulate(groups + 1)(_ * 20))
  }

  private def ndcg(trees: Trees, rows: RankingRows): Double = {
    val scores = trees.scores(rows.features, rows.width)
    val perGroup = rows.groups.zip(rows.groups.drop(1)).map { case (from, until) =>
      val order = (from until until).sortBy(row => -scores(row))
      RankingMeasures.ndcg(order.toArray, (from until until).filter(row => rows.relevant(row)).toArray)
    }
    perGroup.sum / perGroup.length
  }

  test("an order that depends on two features together is learned, and applies to rows that were not seen") {
    def planted(row: Array[Float]): Double = if (row(0) > 0.5) row(1).toDouble else 1.0 - row(1)
    val trees = fit(rows(300, 1)(planted), config, 1)
    assert(ndcg(trees, rows(100, 2)(planted)) > 0.9)
  }

  test("nothing is learned from a random order") {
    val random = new scala.util.Random(3)
    val trees = fit(rows(300, 1)(_ => random.nextDouble()), config, 1)
    val unseen = new scala.util.Random(4)
    // Three relevant rows among twenty, in random order: 0.19 on average.
    assert(ndcg(trees, rows(200, 2)(_ => unseen.nextDouble())) < 0.35)
  }

  test("the same rows and seed give the same trees; another seed gives others") {
    val learned = rows(100, 1)(_(0).toDouble)
    def fitted(seed: Long) =
      fit(learned, config, seed).trees.map(tree => (tree.feature.toSeq, tree.threshold.toSeq, tree.value.toSeq)).toSeq
    assert(fitted(1) === fitted(1))
    assert(fitted(1) !== fitted(2))
  }

  test("a tree has at most its leaves and levels, and each leaf enough rows") {
    for (tree <- fit(rows(100, 1)(_(0).toDouble), config.copy(leaves = 15, levels = 2), 1).trees)
      assert(tree.feature.count(_ < 0) <= 4)
    val trees = fit(rows(100, 1)(_(0).toDouble), config.copy(leaves = 4, groupShare = 1), 1)
    for (tree <- trees.trees) assert(tree.feature.count(_ < 0) <= 4)
    assert(fit(rows(2, 1)(_(0).toDouble), config.copy(leastRows = 50), 1).trees.forall(_.feature.length == 1))
  }

  test("a row gets the value of the leaf that it reaches, however deep the other leaves are") {
    // Rows of at most 1 reach the first leaf; of the others, those of at most 5 in the second column the second leaf.
    val tree = Tree(
      feature = Array(0, -1, 1, -1, -1),
      threshold = Array(1f, 0, 5, 0, 0),
      children = Array(1, 0, 3, 0, 0),
      value = Array(0, 10, 0, 20, 30),
      gain = new Array(5)
    )
    assert(Trees(Array(tree, tree)).scores(Array(1f, 9, 2, 5, 2, 6), 2).toSeq === Seq(20.0, 40.0, 60.0))
  }

  test("while trees grow, a row gets the value that the finished tree gives it, among the rows that were learned from or not") {
    val all = rows(200, 4)(row => row(0) * row(1) - row(2))
    val (bins, gradients) = (FeatureBins.of(all), new LambdaGradients(all, config.depth))
    val grower = new TreeGrower(bins, gradients, Array(0, 1, 2), config)
    gradients.compute(new Array[Double](all.count), Array.range(0, all.groupCount))
    val (learned, others) = Array.range(0, all.count).partition(_ % 3 == 0)
    val grown = grower.grow(learned)
    val scores = new Array[Double](all.count)
    grown.addTo(scores, others)
    assert(grown.tree.feature.count(_ < 0) === config.leaves)
    assert(scores.toSeq === Trees(Array(grown.tree)).scores(all.features, all.width).toSeq)
  }

  test("no rows give no trees; arrays that do not fit together are refused") {
    assert(fit(RankingRows(Array.empty, 4, Array.empty, Array(0)), config, 1).trees.isEmpty)
    val tooFew = RankingRows(features = Array(1f), width = 4, relevant = Array(true), groups = Array(0, 1))
    val noBins = FeatureBins(Array.empty, Array.empty)
    val message = intercept[IllegalArgumentException](LambdaMart.fit(tooFew, noBins, config, seed = 1)).getMessage
    assert(message.contains("1 values of 4 features"))
  }
}
