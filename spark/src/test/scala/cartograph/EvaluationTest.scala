package cartograph

import org.scalactic.{Equality, TolerantNumerics}

/**
 * Three shoppers and four lamps, worked out by hand.
 *
 *   before the holdout   ann: A B     bob: A C     cid: A D            buyers: A 3, B 1, C 1, D 1
 *   within it            ann: A C     bob: D       cid: E (unknown)    dan, unknown: A
 *
 * The scores are given: the factors of the lamps are unit vectors, so a user's factor holds the user's scores of A B C D.
 */
class EvaluationTest extends SparkSuite {
  private implicit val tolerance: Equality[Double] = TolerantNumerics.tolerantDoubleEquality(1e-6)

  private val shop = Shop.build(
    sales(
      Sale("ann", "A", 1), Sale("ann", "B", 2), Sale("bob", "A", 3), Sale("bob", "C", 4), Sale("cid", "A", 5), Sale("cid", "D", 6),
      Sale("ann", "A", 100), Sale("ann", "C", 101), Sale("bob", "D", 102), Sale("cid", "E", 103), Sale("dan", "A", 104)
    ),
    Map("purchase" -> 1.0),
    holdoutFrom = Some(100),
    blocks = 2
  )
  private val lamps = Seq.tabulate(4)(lamp => lamp -> Array.tabulate(4)(axis => if (axis == lamp) 1f else 0f))
  private val shoppers = Seq(0 -> Array(0.9f, 0.1f, 0.8f, 0.2f), 1 -> Array(0.5f, 0.4f, 0.3f, 0.1f), 2 -> Array(1f, 1f, 1f, 1f))
  private lazy val quality = Evaluation.measure(shop, Factors(sc.parallelize(shoppers), sc.parallelize(lamps)), rank = 4)

  test("users without a right answer are not measured; pairs that nobody can rank are counted") {
    assert((quality.users, quality.unknownPairs) === ((2L, 2L)))
    assert(quality.any.map(_.model.ndcg.n) === Some(2L))
  }

  test("any: ann's list is A C D B with A and C right, bob's A B C D with D right") {
    val model = quality.any.get.model
    assert(model.ndcg.value === (1 + 1 / log2(5)) / 2)
    assert(model.recall.value === 1.0)
    assert(model.map.value === (1 + 1.0 / 4) / 2)
    assert(model.hitRate.value === 1.0)
    assert(model.coverage === 1.0)
  }

  test("any: by popularity both get A B C D") {
    val popularity = quality.any.get.popularity
    assert(popularity.ndcg.value === ((1 + 1 / log2(4)) / (1 + 1 / log2(3)) + 1 / log2(5)) / 2)
    assert(popularity.map.value === ((1 + 2.0 / 3) / 2 + 1.0 / 4) / 2)
  }

  test("new: what was bought is neither listed nor right; ann's list is C D with C right, bob's B D with D right") {
    val fresh = quality.fresh.get
    for (scorer <- Seq(fresh.model, fresh.popularity)) {
      assert(scorer.ndcg.value === (1 + 1 / log2(3)) / 2)
      assert(scorer.map.value === (1 + 1.0 / 2) / 2)
      assert(scorer.recall.value === 1.0)
      // B, C and D of four lamps.
      assert(scorer.coverage === 3.0 / 4)
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
