package cartograph

import org.scalactic.{Equality, TolerantNumerics}

/**
 * Three shoppers and four lamps, worked out by hand.
 *
 *   before the holdout   ann: A B     bob: A C     cid: A D            buyers: A 3, B 1, C 1, D 1
 *   within it            ann: A C     bob: D       cid: E (unknown)    dan, unknown: A
 *
 * The model's scores are given: they stand in the column of matrix factorisation.
 */
class EvaluationTest extends SparkSuite {
  private implicit val tolerance: Equality[Double] = TolerantNumerics.tolerantDoubleEquality(1e-6)

  private val buyers = Array(3f, 1f, 1f, 1f)

  private def shopper(bought: Array[Int], relevant: Array[Int], scores: Array[Float]): Labelled = {
    val features = new Array[Float](4 * Features.Width)
    for (lamp <- 0 until 4) {
      features(lamp * Features.Width + Features.Als) = scores(lamp)
      features(lamp * Features.Width + Features.ProductEver) = buyers(lamp)
    }
    val owned = Array.tabulate(4)(bought.contains(_))
    Labelled(Candidates(Array(0, 1, 2, 3), owned, bought, features, relevant, relevant.map(scores(_))), relevant)
  }

  private val model = ByColumn("model", Features.Als, Features.Als)
  private val popularity = ByColumn("popularity", Features.ProductEver, Features.ProductEver)
  private lazy val tests = sc.parallelize(Seq(
    0 -> shopper(Array(0, 1), Array(0, 2), Array(0.9f, 0.1f, 0.8f, 0.2f)),
    1 -> shopper(Array(0, 2), Array(3), Array(0.5f, 0.4f, 0.3f, 0.1f)),
    2 -> shopper(Array(0, 3), Array.empty, Array(1f, 1f, 1f, 1f))
  ))
  private lazy val quality = Evaluation.measure(tests, _ => Seq(model, popularity), heldOut = 5, catalogue = 4)

  test("users without a right answer are not measured; pairs that nobody can rank are counted") {
    assert((quality.users, quality.unknownPairs) === ((2L, 2L)))
    assert(quality.any.flatMap(_.of("model")).map(_.ndcg.n) === Some(2L))
  }

  test("any: ann's list is A C D B with A and C right, bob's A B C D with D right") {
    val found = quality.any.flatMap(_.of("model")).get
    assert(found.ndcg.value === (1 + 1 / log2(5)) / 2)
    assert(found.recall.value === 1.0)
    assert(found.map.value === (1 + 1.0 / 4) / 2)
    assert(found.hitRate.value === 1.0)
    assert(found.coverage === 1.0)
  }

  test("any: by popularity both get A B C D") {
    val found = quality.any.flatMap(_.of("popularity")).get
    assert(found.ndcg.value === ((1 + 1 / log2(4)) / (1 + 1 / log2(3)) + 1 / log2(5)) / 2)
    assert(found.map.value === ((1 + 2.0 / 3) / 2 + 1.0 / 4) / 2)
  }

  test("new: what was bought is neither listed nor right; ann's list is C D with C right, bob's B D with D right") {
    for (name <- Seq("model", "popularity")) {
      val found = quality.fresh.flatMap(_.of(name)).get
      assert(found.ndcg.value === (1 + 1 / log2(3)) / 2)
      assert(found.map.value === (1 + 1.0 / 2) / 2)
      assert(found.recall.value === 1.0)
      // B, C and D of four lamps.
      assert(found.coverage === 3.0 / 4)
    }
  }

  test("RMSE is of the preference 1 that every held out pair has: scores 0.9, 0.8 and 0.1") {
    assert(quality.rmse.get.value === math.sqrt((0.01 + 0.04 + 0.81) / 3))
    assert(quality.rmse.get.n === 3L)
  }

  test("lists are measured to a depth of ten, and the ideal holds no more than ten") {
    val right = (0 until 12).toSet
    assert(Evaluation.ndcg(Evaluation.Judged((0 until 12).toArray, right)) === 1.0)
    assert(Evaluation.recall(Evaluation.Judged((0 until 12).toArray, right)) === 10.0 / 12)
    assert(Evaluation.ndcg(Evaluation.Judged(Array(99), right)) === 0.0)
    assert(Evaluation.hit(Evaluation.Judged((20 until 30).toArray :+ 0, right)) === 0.0)
  }

  test("nobody to measure is no metric, not a zero") {
    assert(Evaluation.metrics(sc.parallelize(Seq(Evaluation.Judged(Array(1), Set.empty))), 5) === None)
  }

  test("a mean has the 95 % interval of the normal approximation: 1, 2, 3 have mean 2 and variance 1") {
    val metric = Moments.of(sc.parallelize(Seq(1.0, 2.0, 3.0).map(Array(_))), 1)(0)
    assert(metric.value === 2.0)
    assert(metric.high === 2 + 1.959964 / math.sqrt(3))
    assert(metric.low === 2 - 1.959964 / math.sqrt(3))
  }

  private def log2(value: Double): Double = math.log(value) / math.log(2)
}
