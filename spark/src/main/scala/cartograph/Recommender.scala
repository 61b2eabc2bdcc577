package cartograph

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.evaluation.{Catalogue, Evaluation, Quality, TemporalSplit, TemporalSplits, TestSet}
import cartograph.features.{Candidates, Moment, Snapshot, SnapshotPlan}
import cartograph.lists.{ListKind, Lists, RankingMeasures}
import cartograph.platform.{ByKey, Documents, Log, ParallelJobs, StepTimer}
import cartograph.ranking.{Algorithm, Fitted, Labelled}
import cartograph.sales.{ModelConfig, Purchases, Shop}

/**
 * The lists of a run and how good they are.
 *
 * @param lists     by user
 * @param snapshot  the state of the shop that the lists were made from
 * @param quality   None if nothing could be held out
 * @param learned   what the lists were ordered by, and what was measured
 */
final case class Recommended(
    lists: RDD[(Int, Lists)],
    snapshot: Snapshot,
    quality: Option[Quality],
    learned: Learned
) {
  /** Returns the name of the scorer that orders a list. */
  def orderedBy(list: ListKind): String = learned.served.orderedBy(list)
}

/**
 * About how many users are sampled at most.
 *
 * @param learners of a window: more would not improve what is learned
 * @param measured of the holdout: the standard error of NDCG@10 is then about 0.002
 */
final case class SampleLimits(learners: Int = 6000, measured: Int = 20000)

/**
 * Makes recommendations from purchases.
 *
 * The algorithm learns from windows before the holdout and is measured on the holdout. Then it learns once more, with the holdout,
 * and older windows, and orders the lists that are served. The measures therefore describe the served lists, except for what was
 * learned last. With
 * the ranker of an earlier run, nothing is learned; what that run had learned before its holdout is measured on this one.
 *
 * Candidates with their features take up to 150 kB for a user. They are kept for samples of users only, so that the memory has a
 * limit that does not depend on the number of users; the candidates for the lists are made and used one user after another.
 */
final class Recommender(
    shop: Shop,
    algorithm: Algorithm,
    model: ModelConfig,
    steps: StepTimer,
    limits: SampleLimits = SampleLimits()
) {
  import Recommender._

  /**
   * Learns, measures, and makes the lists of all users.
   *
   * @param history all purchases and returns, by user
   * @param served  by user, the lists of the served run, to compare with; None if no run is compared
   * @param kept    what an earlier run learned, if this run need not learn
   */
  def recommend(
      history: RDD[(Int, Purchases)],
      splits: TemporalSplits,
      served: Option[RDD[(Int, Lists)]],
      kept: Option[Learned] = None
  ): Recommended = {
    val (learned, quality) = kept
      .map(learned => learned -> measure(learned, splits, served))
      .filterNot { case (_, quality) => quality.exists(isWorse) }
      .getOrElse(learn(splits, served))
    logImportances(learned.served)
    val moment = splits.now
    val now = steps("snapshot")(snapshotOf(history.mapValues(_.before(moment.asOfMs)), moment))
    val everyone = now.purchases.mapValues(_ => Array.empty[Int])
    Recommended(learned.served.lists(Candidates.of(now, everyone), model.topN), now, quality, learned)
  }

  /** Returns true if a list is certainly worse than the best baseline. A ranker that learns anew may choose the baseline. */
  private def isWorse(quality: Quality): Boolean =
    ListKind.all.flatMap(quality.of(_)).exists(_.comparison.overall.overBaseline.high < 0)

  /**
   * Learns from the windows before the holdout, measures on the holdout, and then learns from it and from older windows too. Older
   * windows cost a snapshot and time to learn, so they are left out where the holdout is too short to learn from: then the lists are ordered by what was learned
   * before it.
   */
  private def learn(splits: TemporalSplits, served: Option[RDD[(Int, Lists)]]): (Learned, Option[Quality]) = {
    val (newer, older) = splits.before(algorithm.windows + algorithm.olderWindows).splitAt(algorithm.windows)
    val windows = labelled("snapshots of the windows", newer, splits)
    val fitted = steps("learn before holdout")(algorithm.fit(windows.map(_.users), model.seed))
    // The labels of the windows are computed and kept by now.
    windows.foreach(_.snapshot.unpersist())
    val holdout = splits.holdout.map { split =>
      steps("snapshot of the holdout")(holdoutOf(split, splits, splits.learnable))
    }
    val quality = steps("measure")(holdout.map(measured(fitted, _, served)))
    holdout.foreach(_.labels.snapshot.unpersist())
    val learners = holdout.flatMap(_.learners)
    val added = if (learners.isEmpty) Nil else labelled("snapshots of older windows", older, splits)
    val refitted = steps("learn")(learners.fold(fitted) { newest =>
      algorithm.fit(newest +: windows.map(_.users), model.seed, older = added.map(_.users))
    })
    added.foreach(_.snapshot.unpersist())
    (windows ++ added ++ holdout.map(_.labels)).foreach(_.users.unpersist(blocking = false))
    Learned(fitted, refitted) -> quality
  }

  /** Measures what was learned earlier. */
  private def measure(learned: Learned, splits: TemporalSplits, served: Option[RDD[(Int, Lists)]]): Option[Quality] = {
    val holdout = splits.holdout.map { split =>
      steps("snapshot of the holdout")(holdoutOf(split, splits, learnable = None))
    }
    val quality = steps("measure")(holdout.map(measured(learned.measured, _, served)))
    holdout.foreach { found =>
      found.labels.snapshot.unpersist()
      found.labels.users.unpersist(blocking = false)
    }
    quality
  }

  /** Makes the candidates of windows, in a step unless there are none. */
  private def labelled(step: String, windows: Seq[TemporalSplit], splits: TemporalSplits): Seq[Labels] =
    if (windows.isEmpty) Nil
    else steps(step)(ParallelJobs.run(windows.map(split => () => labelsOf(split, splits, learnersOf(split.next)))))

  private def learnersOf(next: RDD[(Int, Array[Int])]): RDD[(Int, Array[Int])] =
    UserSample.ofSize(limits.learners, next).of(next)

  private def snapshotOf(known: RDD[(Int, Purchases)], moment: Moment): Snapshot =
    Snapshot.of(known, moment, SnapshotPlan(shop.productCount, model, hasNeighbours = algorithm.windows > 0))

  private def labelsOf(split: TemporalSplit, splits: TemporalSplits, next: RDD[(Int, Array[Int])]): Labels = {
    val snapshot = snapshotOf(split.known, splits.momentAt(split.asOfMs))
    val users = Candidates.of(snapshot, next)
      .mapValues(candidates => Labelled(candidates, candidates.wanted))
      // As bytes, because Spark would walk through every object to find out its size.
      .persist(StorageLevel.MEMORY_AND_DISK_SER)
    Labels(snapshot, users)
  }

  /** Draws the users to measure on and those to learn from, and makes the candidates of both. */
  private def holdoutOf(
      split: TemporalSplit,
      splits: TemporalSplits,
      learnable: Option[RDD[(Int, Array[Int])]]
  ): HoldoutLabels = {
    val measured = UserSample.ofSize(limits.measured, split.next)
    val learned = learnable.map(learnersOf)
    val users = learned.fold(measured.of(split.next)) { learners =>
      if (measured.share >= 1) split.next
      else ByKey.leftJoined(split.next, learners)
        .filter { case (user, (_, learned)) => measured.contains(user) || learned.nonEmpty }
        .mapValues { case (products, _) => products }
    }
    val labels = labelsOf(split, splits, users)
    HoldoutLabels(labels, measured, heldOutOf(measured.of(split.next)), learned.map(restricted(labels.users, _)))
  }

  private def measured(fitted: Fitted, holdout: HoldoutLabels, served: Option[RDD[(Int, Lists)]]): Quality = {
    val depth = math.min(RankingMeasures.Depth, model.topN)
    val users = holdout.sample.of(holdout.labels.users)
    val lists = fitted.lists(users.mapValues(_.candidates), depth)
    val tests = TestSet(users, holdout.heldOut, catalogueOf(holdout.labels.snapshot), depth)
    val quality = Evaluation.measure(tests, lists, served, fitted.baselines)
    if (holdout.sample.share < 1)
      Log.info("Measured on a sample of the users", Documents.obj("users" -> quality.users, "share" -> holdout.sample.share))
    quality
  }

  private def catalogueOf(snapshot: Snapshot): Catalogue =
    Catalogue.of(snapshot.buyers, snapshot.purchases.count(), shop.productCount)
}

object Recommender {
  /** A moment of the past, and users whose next purchases are known. */
  private final case class Labels(snapshot: Snapshot, users: RDD[(Int, Labelled)])

  /**
   * The holdout.
   *
   * @param labels   users to measure on, and users to learn from
   * @param sample   the users to measure on
   * @param heldOut  number of pairs of a measured user and a product in the holdout, including those that cannot be ranked
   * @param learners users to learn from after they were measured; None if the holdout is too short
   */
  private final case class HoldoutLabels(
      labels: Labels,
      sample: UserSample,
      heldOut: Long,
      learners: Option[RDD[(Int, Labelled)]]
  )

  private def heldOutOf(next: RDD[(Int, Array[Int])]): Long =
    next.map { case (_, products) => products.length.toLong }.fold(0L)(_ + _)

  /** Keeps the candidates, and only those labels that were also bought by an earlier moment. */
  private def restricted(users: RDD[(Int, Labelled)], earlier: RDD[(Int, Array[Int])]): RDD[(Int, Labelled)] =
    ByKey.joined(users, earlier).mapValues { case (labelled, products) =>
      labelled.copy(relevant = labelled.relevant.intersect(products))
    }

  /** Logs each feature's share of the gain, 0..1, for each list that trees order. */
  private def logImportances(fitted: Fitted): Unit =
    for (list <- ListKind.all; importances = fitted.importances(list) if importances.nonEmpty) {
      val shares = importances.map { case (feature, share) => feature.name -> math.round(share * 1e4) / 1e4 }
      Log.info(s"Importance of the features for list ${list.name}", Documents.obj("importances" -> Documents.obj(shares: _*)))
    }
}
