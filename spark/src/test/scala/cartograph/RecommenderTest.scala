package cartograph

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.evaluation.{HoldoutStart, SalesPeriod, TemporalSplits}
import cartograph.features.{Candidates, Feature}
import cartograph.lists.{ListKind, Lists}
import cartograph.platform.{Documents, StepTimer}
import cartograph.ranking.{Algorithm, Fitted, Labelled, ListOrder, MatrixFactorisation, Scorer}
import cartograph.sales.{ModelConfig, Purchases, Shop}

/** 120 users who buy one of 20 products every day of 40 days; the holdout has the last ten days, and a horizon five. */
class RecommenderTest extends SparkSuite {
  private val (users, products) = (120, 20)
  private val Day = 86400000L
  private val (untilMs, holdoutFromMs, horizonMs) = (40 * Day, 30 * Day, 5 * Day)
  private val weights = Map("purchase" -> 1.0)
  private val model = ModelConfig(
    algorithm = "recording",
    rank = 2,
    iterations = 1,
    regularisation = 0.1,
    alpha = 10,
    halfLifeHorizons = 4,
    quantityExponent = 0,
    topN = 3,
    holdoutShare = 0.2,
    holdoutFromMs = None,
    holdoutLastBasket = false,
    typeWeights = weights,
    charges = Map.empty,
    learnEvery = 1,
    seed = 1,
    json = Documents.obj()
  )

  /** Orders by matrix factorisation, and records the windows that it learns from. */
  private final class Recording extends Algorithm with Fitted {
    @transient var learned: Seq[Seq[RDD[(Int, Labelled)]]] = Nil
    @transient var counts: Seq[(Seq[Long], Seq[Long])] = Nil
    val name: String = "recording"
    val windows: Int = 1
    val olderWindows: Int = 1
    def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long, older: Seq[RDD[(Int, Labelled)]]): Fitted = {
      learned :+= windows ++ older
      counts :+= windows.map(_.count()) -> older.map(_.count())
      this
    }
    def orderedBy(list: ListKind): String = name
    def order(list: ListKind): Option[ListOrder] = None
    def importances(list: ListKind): Seq[(Feature, Double)] = Nil
    def baselines(list: ListKind): Seq[Scorer] = MatrixFactorisation.baselines(list)
    def lists(users: RDD[(Int, Candidates)], depth: Int): RDD[(Int, Lists)] = MatrixFactorisation.lists(users, depth)
  }

  private lazy val interactions = {
    val random = new scala.util.Random(1)
    sales((for (user <- 0 until users; day <- 0 until 40)
      yield Sale(f"u$user%03d", s"p${random.nextInt(products)}", day * Day)): _*)
  }
  private lazy val shop = Shop.build(interactions, weights, blocks = 2)
  private lazy val history = Purchases.of(shop, interactions, weights)
  private lazy val splits =
    TemporalSplits.byTime(history, SalesPeriod(0, untilMs), HoldoutStart("moment", Some(holdoutFromMs)), horizonMs)

  private def recommend(algorithm: Algorithm, limits: SampleLimits, splits: TemporalSplits = splits): Recommended =
    new Recommender(shop, algorithm, model, new StepTimer(1), limits).recommend(history, splits, served = None)

  private def heldOut(sample: UserSample): Long =
    splits.holdout.fold(0L)(split => sample.of(split.next).values.collect().map(_.length.toLong).sum)

  test("a small shop is measured and learned from whole") {
    val algorithm = new Recording
    val quality = recommend(algorithm, SampleLimits()).quality.get
    assert((quality.users, quality.heldOutPairs) === ((120L, heldOut(UserSample(1)))))
    assert(algorithm.counts === Seq(Seq(120) -> Nil, Seq(120, 120) -> Seq(120)))
  }

  test("of a large shop samples are measured and learned from, and all users get lists") {
    val algorithm = new Recording
    val found = recommend(algorithm, SampleLimits(learners = 12, measured = 40))
    val (measured, learners) = (UserSample(40.0 / users), UserSample(12.0 / users))
    val count = (0 until users).count(learners.contains).toLong
    assert(count > 2 && count < 30)
    assert(algorithm.counts === Seq(Seq(count) -> Nil, Seq(count, count) -> Seq(count)))
    assert(found.quality.map(_.users) === Some((0 until users).count(measured.contains).toLong))
    // Pairs of users who were not measured are not counted as pairs that cannot be ranked.
    assert(found.quality.map(_.heldOutPairs) === Some(heldOut(measured)))
    assert(found.quality.map(_.unknownPairs) === Some(0L))
    assert(found.lists.count() === users)
  }

  test("users may be learned from who are not measured") {
    val algorithm = new Recording
    val quality = recommend(algorithm, SampleLimits(learners = 60, measured = 20)).quality
    assert(quality.map(_.users) === Some((0 until users).count(UserSample(20.0 / users).contains).toLong))
    val learners = (0 until users).count(UserSample(0.5).contains).toLong
    assert(algorithm.counts.last === Seq(learners, learners) -> Seq(learners))
  }

  test(
    "with a holdout that is too short to learn from, what was learned before it orders the lists, and there is no older window"
  ) {
    val algorithm = new Recording
    val found = recommend(algorithm, SampleLimits(), splits.copy(learnable = None))
    assert(algorithm.counts === Seq(Seq(120) -> Nil))
    assert(found.learned.served eq found.learned.measured)
    assert(found.quality.map(_.users) === Some(120L))
  }

  test("candidates that were learned from are freed before the lists are made, and samples do not change the lists") {
    val algorithm = new Recording
    val sampled = recommend(algorithm, SampleLimits(learners = 12, measured = 40))
    assert(algorithm.learned.flatten.forall(_.getStorageLevel == StorageLevel.NONE))
    def text(found: Recommended) =
      found.lists.mapValues(lists => lists.any.toSeq -> lists.newOnly.toSeq).collect().sortBy(_._1).toSeq
    assert(text(sampled) === text(recommend(new Recording, SampleLimits())))
  }
}
