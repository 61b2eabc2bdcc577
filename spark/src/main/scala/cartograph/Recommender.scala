package cartograph

import scala.util.hashing.MurmurHash3

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.evaluation.{Catalogue, Evaluation, Quality, TemporalSplit, TemporalSplits, TestSet}
import cartograph.features.{Candidates, Moment, Snapshot, SnapshotPlan}
import cartograph.lists.{ListKind, Lists, RankingMeasures}
import cartograph.platform.{Documents, Log, StepTimer}
import cartograph.ranking.{Algorithm, Fitted, Labelled}
import cartograph.sales.{ModelConfig, Purchases, Shop}

/**
 * The lists of a run and how good they are.
 *
 * @param lists     by user
 * @param snapshot  the state of the shop that the lists were made from
 * @param quality   None if nothing could be held out
 * @param orderedBy name of the scorer that orders a list
 */
final case class Recommended(
    lists: RDD[(Int, Lists)],
    snapshot: Snapshot,
    quality: Option[Quality],
    orderedBy: ListKind => String
)

/**
 * Makes recommendations from purchases.
 *
 * The algorithm learns from windows before the holdout and is measured on the holdout. Then it learns once more, with the holdout,
 * and orders the lists that are served. The measures therefore describe the served lists, except for what was learned last.
 */
final class Recommender(shop: Shop, algorithm: Algorithm, model: ModelConfig, steps: StepTimer) {
  import Recommender._

  /**
   * Learns, measures, and makes the lists of all users.
   *
   * @param history all purchases and returns, by user
   * @param served  by user, the lists of the served run, to compare with; None if no run is compared
   */
  def recommend(history: RDD[(Int, Purchases)], splits: TemporalSplits, served: Option[RDD[(Int, Lists)]]): Recommended = {
    val moment = splits.now
    val now = steps("snapshot")(snapshotOf(history.mapValues(_.before(moment.asOfMs)), moment))
    val holdout = splits.holdout.map { split =>
      steps("snapshot of the holdout")(labelsOf(split, splits, split.next))
    }
    val windows = splits.before(algorithm.windows).zipWithIndex.map { case (split, index) =>
      steps(s"snapshot of window ${index + 1}")(labelsOf(split, splits, sampled(split.next)))
    }
    val fitted = steps("learn before holdout")(algorithm.fit(windows.map(_.users), model.seed))
    val quality = steps("measure")(holdout.zip(splits.holdout).map { case (labels, split) =>
      measured(fitted, labels, split, served)
    })
    val refitted = steps("learn")(holdout.zip(splits.learnable).fold(fitted) { case (labels, learnable) =>
      algorithm.fit(restricted(labels.users, sampled(learnable)) +: windows.map(_.users), model.seed)
    })
    logImportances(refitted)
    (windows ++ holdout).foreach(_.unpersist())
    val everyone = now.purchases.mapValues(_ => Array.empty[Int])
    Recommended(refitted.lists(Candidates.of(now, everyone), model.topN), now, quality, refitted.orderedBy)
  }

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

  private def measured(fitted: Fitted, labels: Labels, split: TemporalSplit, served: Option[RDD[(Int, Lists)]]): Quality = {
    val heldOut = split.next.map(_._2.length.toLong).fold(0L)(_ + _)
    val depth = math.min(RankingMeasures.Depth, model.topN)
    val lists = fitted.lists(labels.users.mapValues(_.candidates), depth)
    Evaluation.measure(TestSet(labels.users, heldOut, catalogueOf(labels.snapshot), depth), lists, served, fitted.baselines)
  }

  private def catalogueOf(snapshot: Snapshot): Catalogue =
    Catalogue.of(snapshot.buyers, snapshot.purchases.count(), shop.productCount)
}

object Recommender {
  /** About as many users of a window are sampled at most. */
  private val MaxLearners = 10000

  /** A moment of the past and the users whose next purchases are known. */
  private final case class Labels(snapshot: Snapshot, users: RDD[(Int, Labelled)]) {
    def unpersist(): Unit = {
      snapshot.unpersist()
      users.unpersist(blocking = false)
    }
  }

  /** Keeps the candidates, and only those labels that were also bought by an earlier moment. */
  private def restricted(users: RDD[(Int, Labelled)], earlier: RDD[(Int, Array[Int])]): RDD[(Int, Labelled)] =
    users.join(earlier).mapValues { case (labelled, products) =>
      labelled.copy(relevant = labelled.relevant.intersect(products))
    }

  /** Samples about 10,000 users by a hash of their numbers. More users of a window would not improve what is learned. */
  private def sampled(next: RDD[(Int, Array[Int])]): RDD[(Int, Array[Int])] = {
    val share = MaxLearners.toDouble / math.max(1L, next.count())
    next.filter { case (user, _) => share >= 1 || (MurmurHash3.mix(5, user) & Int.MaxValue) < share * Int.MaxValue }
  }

  /** Logs each feature's share of the gain, 0..1, for each list that trees order. */
  private def logImportances(fitted: Fitted): Unit =
    for (list <- ListKind.all; importances = fitted.importances(list) if importances.nonEmpty) {
      val shares = importances.map { case (feature, share) => feature.name -> math.round(share * 1e4) / 1e4 }
      Log.info(s"Importance of the features for list ${list.name}", Documents.obj("importances" -> Documents.obj(shares: _*)))
    }
}
