package cartograph.ranking

import org.scalatest.funsuite.AnyFunSuite

import cartograph.lists.RankingMeasures

class LambdaMartTest extends AnyFunSuite {
  private def learner(rows: RankingRows, config: LambdaMartConfig, seed: Long): LambdaMart =
    new LambdaMart(rows.labels, Seq(FeatureBins.of(rows)), config, seed)

  private def fit(rows: RankingRows, config: LambdaMartConfig, seed: Long): Trees = learner(rows, config, seed).first(40)

  private val config = LambdaMartConfig(leastRows = 5)

  /** Groups of twenty rows with four features; three of a group are relevant, by `score` of the features. */
  private def rows(groups: Int, seed: Int)(score: Array[Float] => Double): RankingRows = {
    val random = new scala.util.Random(seed)
    val all = Array.fill(groups)(Array.fill(20)(Array.fill(4)(random.nextFloat())))
    val relevant = all.flatMap { group =>
      val best = group.sortBy(-score(_)).take(3)
      group.map(row => best.exists(_ eq row))
    }
    RankingRows(all.flatten.flatten, 4, RankingLabels(relevant, Array.tabulate(groups + 1)(_ * 20)))
  }

  private def ndcg(trees: Trees, rows: RankingRows): Double = {
    val scores = trees.scores(rows.features, rows.width)
    val RankingLabels(relevant, groups) = rows.labels
    val perGroup = groups.zip(groups.drop(1)).map { case (from, until) =>
      val order = (from until until).sortBy(row => -scores(row))
      RankingMeasures.ndcg(order.toArray, (from until until).filter(row => relevant(row)).toArray)
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
    def fitted(seed: Long) = parts(fit(learned, config, seed))
    assert(fitted(1) === fitted(1))
    assert(fitted(1) !== fitted(2))
  }

  private def parts(trees: Trees) = trees.trees.map(tree => (tree.feature.toSeq, tree.threshold.toSeq, tree.value.toSeq)).toSeq

  test("fewer trees are the first of more") {
    val learned = rows(100, 1)(_(0).toDouble)
    val trees = learner(learned, config, 1)
    assert(parts(trees.first(10)) === parts(fit(learned, config, 1)).take(10))
    assert(parts(trees.first(40)) === parts(fit(learned, config, 1)))
  }

  test("features that are the same in all rows change no tree, not even the first; without others a tree is a leaf") {
    val learned = rows(100, 1)(_(0).toDouble)
    // Shares of 1, so that the draws are the same for both.
    val all = config.copy(featureShare = 1, groupShare = 1)
    val wide = learned.features.grouped(4).flatMap(row => row.flatMap(own => Seq(7f, own))).toArray
    val expected = fit(learned, all, 1).trees
    val found = fit(RankingRows(wide, 8, learned.labels), all, 1).trees
    assert(found.map(_.feature.toSeq.map(feature => if (feature < 0) -1 else (feature - 1) / 2)).toSeq ===
      expected.map(_.feature.toSeq).toSeq)
    assert(found.map(_.threshold.toSeq).toSeq === expected.map(_.threshold.toSeq).toSeq)
    // The last digits differ, because the totals of a leaf are summed over other bins.
    for ((one, other) <- found.toSeq.flatMap(_.value.toSeq).zip(expected.toSeq.flatMap(_.value.toSeq)))
      assert(math.abs(one - other) < 1e-9)
    val nothing = RankingRows(Array.fill(4 * learned.count)(7f), 4, learned.labels)
    assert(fit(nothing, all, 1).trees.forall(_.feature.toSeq == Seq(-1)))
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
    val (bins, gradients) = (FeatureBins.of(all), new LambdaGradients(all.labels, config.depth))
    val grower = new TreeGrower(bins, gradients, Array(0, 1, 2), config)
    gradients.compute(new Array[Double](all.count), Array.range(0, all.labels.groupCount))
    val (learned, others) = Array.range(0, all.count).partition(_ % 3 == 0)
    val grown = grower.grow(learned)
    val scores = new Array[Double](all.count)
    grown.addTo(scores, others)
    assert(grown.binned.tree.feature.count(_ < 0) === config.leaves)
    assert(scores.toSeq === Trees(Array(grown.binned.tree)).scores(all.features, all.width).toSeq)
  }

  test("other rows get the scores that the first trees give them, and their NDCG is that of their order") {
    def planted(row: Array[Float]): Double = if (row(0) > 0.5) row(1).toDouble else 1.0 - row(1)
    val (learned, others) = (rows(100, 1)(planted), rows(50, 2)(planted))
    val bins = FeatureBins.of(Seq(learned, others))
    val trees = new LambdaMart(learned.labels, bins.take(1), config, 1)
    val scores = trees.scoresOf(bins.last, Seq(5, 20))
    for ((count, found) <- Seq(5, 20).zip(scores)) {
      assert(found.toSeq === trees.first(count).scores(others.features, others.width).toSeq)
      assert(math.abs(others.labels.ndcgSum(found) / 50 - ndcg(trees.first(count), others)) < 1e-12)
    }
    val alone = new LambdaMart(learned.labels, bins.take(1), config, 1)
    assert(parts(trees.first(40)) === parts(alone.first(40)), "scoring changes no tree")
    assertThrows[IllegalArgumentException](trees.scoresOf(bins.last, Seq(20, 5)))
    val noneRelevant = RankingLabels(relevant = Array(false, false, true), groups = Array(0, 2, 3))
    assert(noneRelevant.ndcgSum(Array(1, 2, 3)) === 1.0)
  }

  test("no rows give no trees; arrays that do not fit together are refused") {
    val none = learner(RankingRows(Array.empty, 4, RankingLabels(Array.empty, Array(0))), config, 1)
    assert(none.first(40).trees.isEmpty)
    assert(none.scoresOf(FeatureBins(Array.fill(4)(Array.empty), new Array[Byte](8)), Seq(5)).map(_.toSeq) === Seq(Seq(0.0, 0.0)))
    val labels = RankingLabels(relevant = Array(true), groups = Array(0, 1))
    val tooFew = FeatureBins(Array.fill(4)(Array.empty), Array(0))
    val message = intercept[IllegalArgumentException](new LambdaMart(labels, Seq(tooFew), config, seed = 1)).getMessage
    assert(message.contains("1 bins of 4 features"))
  }
}
