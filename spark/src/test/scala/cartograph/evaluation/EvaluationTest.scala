package cartograph.evaluation

import org.scalactic.{Equality, TolerantNumerics}

import cartograph.SparkSuite
import cartograph.features.{Candidates, Features}
import cartograph.lists.{ListKind, Lists, Ranked}
import cartograph.platform.NumberPartitioner
import cartograph.ranking.{Labelled, MatrixFactorisation, Scorers}

/**
 * Three shoppers and four lamps, worked out by hand.
 *
 *   before the holdout   ann: A B     bob: A C     cid: A D            buyers: A 3, B 1, C 1, D 1
 *   within it            ann: A C     bob: D       cid: E (unknown)    dan, unknown: A
 *
 * The model's scores are given, in the column of matrix factorisation.
 */
class EvaluationTest extends SparkSuite {
  private implicit val tolerance: Equality[Double] = TolerantNumerics.tolerantDoubleEquality(2e-6)

  private val buyers = Array(3f, 1f, 1f, 1f)

  private def shopper(bought: Array[Int], relevant: Array[Int], scores: Array[Float]): Labelled = {
    val features = new Array[Float](4 * Features.Width)
    for (lamp <- 0 until 4) {
      features(lamp * Features.Width + Features.Als.position) = scores(lamp)
      features(lamp * Features.Width + Features.ProductEver.position) = buyers(lamp)
      features(lamp * Features.Width + Features.ProductBuyers.position) = buyers(lamp)
    }
    val owned = Array.tabulate(4)(bought.contains(_))
    Labelled(Candidates(Array(0, 1, 2, 3), owned, bought, features, relevant, relevant.map(scores(_))), relevant)
  }

  private lazy val tests = sc.parallelize(Seq(
    0 -> shopper(Array(0, 1), Array(0, 2), Array(0.9f, 0.1f, 0.8f, 0.2f)),
    1 -> shopper(Array(0, 2), Array(3), Array(0.5f, 0.4f, 0.3f, 0.1f)),
    2 -> shopper(Array(0, 3), Array.empty, Array(1f, 1f, 1f, 1f))
  )).partitionBy(new NumberPartitioner(3, 2))
  private lazy val catalogue = Catalogue.of(sc.parallelize(Seq(0 -> 3, 1 -> 1, 2 -> 1, 3 -> 1)), users = 3, products = 5)
  /** The served run lists B and C for ann, and nothing for bob. */
  private lazy val served = sc.parallelize(Seq(0 -> Lists(Array(Ranked(1, 9), Ranked(2, 8)), Array(Ranked(2, 8)))))
  private lazy val quality = Evaluation.measure(
    TestSet(tests, heldOut = 5, catalogue),
    MatrixFactorisation.lists(tests.mapValues(_.candidates), 10),
    Some(served.partitionBy(new NumberPartitioner(3, 2)))
  )

  test("users without a correct product are not measured; pairs that no scorer can rank are counted") {
    assert((quality.users, quality.unknownPairs) === ((2L, 2L)))
    assert(quality.any.flatMap(_.of("model")).map(_.ndcg.n) === Some(2L))
  }

  test("any: ann's list is A C D B with A and C correct, bob's is A B C D with D correct") {
    val found = quality.any.flatMap(_.of("model")).get
    assert(found.ndcg.value === (1 + 1 / log2(5)) / 2)
    assert(found.recall.value === 1.0)
    assert(found.map.value === (1 + 1.0 / 4) / 2)
    assert(found.hitRate.value === 1.0)
    assert(found.coverage === 1.0)
  }

  test("any: by popularity both users get A B C D") {
    val found = quality.any.flatMap(_.of("popularity")).get
    assert(found.ndcg.value === ((1 + 1 / log2(4)) / (1 + 1 / log2(3)) + 1 / log2(5)) / 2)
    assert(found.map.value === ((1 + 2.0 / 3) / 2 + 1.0 / 4) / 2)
  }

  test(
    "new: products bought before are neither listed nor correct; ann's list is C D with C correct, bob's is B D with D correct"
  ) {
    for (name <- Seq("model", "popularity")) {
      val found = quality.discoveries.flatMap(_.of(name)).get
      assert(found.ndcg.value === (1 + 1 / log2(3)) / 2)
      assert(found.map.value === (1 + 1.0 / 2) / 2)
      assert(found.recall.value === 1.0)
      // B, C and D of four lamps.
      assert(found.coverage === 3.0 / 4)
    }
  }

  test("the served run is measured by its published lists: the second product of ann's is correct, bob has no list") {
    val found = quality.any.flatMap(_.of("served")).get
    assert(found.ndcg.value === (1 / log2(3)) / (1 + 1 / log2(3)) / 2)
    assert((found.ndcg.n, found.hitRate.value) === ((2L, 0.5)))
    // Only C is listed.
    assert(quality.discoveries.flatMap(_.of("served")).get.coverage === 1.0 / 4)
  }

  test("the model is compared user by user with the best baseline and with the served run") {
    val model = quality.any.flatMap(_.of("model")).get.ndcg.value
    val comparison = quality.any.get.comparison
    val baselines = Scorers.baselines(ListKind.Any).map(_.name)
    val (best, measured) = quality.any.get.scorers
      .filter { case (name, _) => baselines.contains(name) }
      .maxBy { case (_, metrics) => metrics.ndcg.value }
    assert(comparison.baseline === best)
    assert(comparison.overall.overBaseline.value === model - measured.ndcg.value)
    assert(comparison.overall.overServed.get.value === model - quality.any.flatMap(_.of("served")).get.ndcg.value)
  }

  test("users without a served list count as 0 for the served run, and not at all where only its own users are compared") {
    val comparison = quality.any.get.comparison
    assert(comparison.overall.overServed.get.n === 2L)
    val amongServed = comparison.overServedLists.get
    assert(amongServed.n === 1L)
    assert(amongServed.value === 1 - (1 / log2(3)) / (1 + 1 / log2(3)))
    val alone = Evaluation.measure(
      TestSet(tests, heldOut = 5, catalogue),
      MatrixFactorisation.lists(tests.mapValues(_.candidates), 10),
      served = None
    )
    assert(alone.any.get.comparison.overServedLists === None)
  }

  test(
    "novelty is the mean self-information of the listed products: 0 bits for A, which all three had bought, log2(3) for the others"
  ) {
    val found = quality.any.flatMap(_.of("model")).get
    assert(found.novelty.get.value === 3 * log2(3) / 4)
    // Bob has no list, and so does not count.
    val served = quality.any.flatMap(_.of("served")).get.novelty.get
    assert(served.value === log2(3))
    assert(served.n === 1L)
  }

  test(
    "by history length: both users had bought two products; by popularity: A is in the first tenth, D in the last one that is used"
  ) {
    val found = quality.any.flatMap(_.of("served")).get
    assert(found.byHistory.map { case HistoryMetric(from, to, ndcg) => (from, to, ndcg.n) } === Seq((2, Some(4), 2L)))
    // Four lamps: A in tenth 1, B in 3, C in 6, D in 8. A and C are correct for ann, D for bob; of these only C is listed.
    assert(found.byPopularity.map { case (tenth, recall) => (tenth, recall.value) } === Seq((1, 0.0), (6, 1.0), (8, 0.0)))
  }

  test("users who looked at products and bought none have a part of their own, before those who bought one") {
    val viewer = 3 -> shopper(Array.empty, Array(0), Array(0.9f, 0.1f, 0.8f, 0.2f))
    val all = (tests ++ sc.parallelize(Seq(viewer))).partitionBy(new NumberPartitioner(4, 2))
    val found = Evaluation.measure(
      TestSet(all, heldOut = 6, catalogue),
      MatrixFactorisation.lists(all.mapValues(_.candidates), 10),
      None
    ).any.get
    assert(found.of("model").get.byHistory.map(part => (part.from, part.to, part.ndcg.n, part.ndcg.value)).head ===
      ((0, Some(0), 1L, 1.0)))
    assert(found.comparison.byHistory.map(part => (part.from, part.to)) === Seq(0 -> Some(0), 2 -> Some(4)))
  }

  test("the differences are also measured in each part: by history length in NDCG@10, by popularity in recall@10") {
    val comparison = quality.any.get.comparison
    assert(comparison.byHistory === Seq(HistoryDifference(2, Some(4), comparison.overall)))
    // The model and popularity list every purchase; the served run lists C alone.
    val tenths = comparison.byPopularity.map { case (tenth, Difference(overBaseline, overServed)) =>
      (tenth, overBaseline.value, overServed.map(_.value), overBaseline.n)
    }
    assert(tenths === Seq((1, 0.0, Some(1.0), 1L), (6, 0.0, Some(0.0), 1L), (8, 0.0, Some(1.0), 1L)))
  }

  test("without a served run there is no difference to it, in no part") {
    val comparison = Evaluation
      .measure(TestSet(tests, heldOut = 5, catalogue), MatrixFactorisation.lists(tests.mapValues(_.candidates), 10), None)
      .any.get.comparison
    val all = comparison.overall +: (comparison.byHistory.map(_.difference) ++ comparison.byPopularity.map(_._2))
    assert(all.size === 5 && all.forall(_.overServed.isEmpty))
  }

  test("the lists of a user are made once for the model and once for the other scorers, for all measures together") {
    val (read, ranked) = (sc.longAccumulator, sc.longAccumulator)
    val counted = tests.mapValues { labelled =>
      read.add(1)
      labelled
    }
    val model = MatrixFactorisation.lists(tests.mapValues(_.candidates), 10).mapValues { lists =>
      ranked.add(1)
      lists
    }
    Evaluation.measure(TestSet(counted, heldOut = 5, catalogue), model, None)
    assert((read.value.toLong, ranked.value.toLong) === ((3L, 3L)))
  }

  test("held-out purchases that are not candidates are counted: here every lamp is a candidate") {
    assert(quality.limits === CandidateLimits(OwnLeftOut(0, 0, 0), any = Missed(3, 0), discoveries = Missed(2, 0)))
  }

  test("RMSE compares the scores 0.9, 0.8 and 0.1 with the preference 1 of every pair that is held out") {
    assert(quality.rmse.get.value === math.sqrt((0.01 + 0.04 + 0.81) / 3))
    assert(quality.rmse.get.n === 2L)
  }

  test("without users there are no metrics, rather than zeros") {
    val noUsers = sc.emptyRDD[(Int, Labelled)].partitionBy(new NumberPartitioner(3, 2))
    val found = Evaluation.measure(
      TestSet(noUsers, heldOut = 0, catalogue),
      MatrixFactorisation.lists(noUsers.mapValues(_.candidates), 10),
      None
    )
    assert((found.any, found.discoveries, found.rmse, found.users) === ((None, None, None, 0L)))
    assert(found.limits === CandidateLimits.none)
  }

  private def log2(value: Double): Double = math.log(value) / math.log(2)
}
