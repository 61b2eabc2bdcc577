package cartograph

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.evaluation.{Catalogue, Evaluation, Quality, TemporalSplits, Tests}
import cartograph.features.{Candidates, Snapshot}
import cartograph.lists.{ListKind, Lists, RankingMeasures}
import cartograph.platform.StepTimer
import cartograph.ranking.{Algorithm, Labelled}
import cartograph.sales.{ModelConfig, Purchases, Shop}

/**
 * What was learned and how good it was.
 *
 * @param now       what was known when the lists were made
 * @param orderedBy by list, what orders it; see [[Fitted]]
 */
final case class Recommended(lists: RDD[(Int, Lists)], now: Snapshot, quality: Option[Quality], orderedBy: ListKind => String)

/**
 * From what users bought to what they are recommended.
 *
 * An algorithm learns from windows before the holdout and is measured on it; then it learns once more with the holdout, and
 * what it learned orders the lists. Everything that is served was so measured, but for the newest purchases.
 */
object Recommender {
  private val MaxLearners = 10000

  def recommend(
      shop: Shop,
      history: RDD[(Int, Purchases)],
      splits: TemporalSplits,
      served: Option[RDD[(Int, Lists)]],
      algorithm: Algorithm,
      config: ModelConfig,
      steps: StepTimer
  ): Recommended = {
    def snapshot(asOfMs: Long, known: RDD[(Int, Purchases)]): Snapshot =
      Snapshot.of(known, shop.productCount, asOfMs, splits.horizonMs, config, hasNeighbours = algorithm.windows > 0)
    val now = steps("snapshot")(snapshot(splits.untilMs, history.mapValues(_.before(splits.untilMs))))
    val holdout = splits.holdout.map(split =>
      steps("snapshot of the holdout") {
        val of = snapshot(split.asOfMs, split.known)
        of -> labelled(of, split.next)
      }
    )
    val windows = splits.before(algorithm.windows).zipWithIndex.map { case (split, index) =>
      steps(s"snapshot of window ${index + 1}") {
        val of = snapshot(split.asOfMs, split.known)
        of -> labelled(of, sampled(split.next))
      }
    }
    val fitted = steps("learn before holdout")(algorithm.fit(windows.map(_._2), config.seed))
    val quality = steps("measure")(holdout.zip(splits.holdout).map { case ((of, tests), split) =>
      val heldOut = split.next.map(_._2.length.toLong).fold(0L)(_ + _)
      val depth = math.min(RankingMeasures.Depth, config.topN)
      Evaluation.measure(
        Tests(tests, heldOut, catalogueOf(of, shop), depth),
        fitted.lists(tests.mapValues(_.candidates), depth),
        served
      )
    })
    val last = steps("learn")(holdout.zip(splits.learnable).fold(fitted) { case ((_, tests), next) =>
      fitted.refitted(relabelled(tests, sampled(next)) +: windows.map(_._2))
    })
    (windows ++ holdout).foreach { case (of, rows) =>
      of.unpersist()
      rows.unpersist(blocking = false)
    }
    val everybody = now.purchases.mapValues(_ => Array.empty[Int])
    Recommended(last.lists(Candidates.of(now, everybody), config.topN), now, quality, last.orderedBy)
  }

  private def labelled(snapshot: Snapshot, next: RDD[(Int, Array[Int])]): RDD[(Int, Labelled)] =
    Candidates.of(snapshot, next)
      .mapValues(candidates => Labelled(candidates, candidates.wanted))
      // As bytes: Spark would walk through every object to learn how much it takes.
      .persist(StorageLevel.MEMORY_AND_DISK_SER)

  /** The same candidates with fewer purchases to be right about. */
  private def relabelled(tests: RDD[(Int, Labelled)], next: RDD[(Int, Array[Int])]): RDD[(Int, Labelled)] =
    tests.join(next).mapValues { case (of, sooner) => of.copy(relevant = of.relevant.intersect(sooner)) }

  /** About 10,000 users, by their numbers: a window teaches no more by more of them. */
  private def sampled(next: RDD[(Int, Array[Int])]): RDD[(Int, Array[Int])] = {
    val share = MaxLearners.toDouble / math.max(1L, next.count())
    next.filter { case (user, _) =>
      share >= 1 || (scala.util.hashing.MurmurHash3.mix(5, user) & Int.MaxValue) < share * Int.MaxValue
    }
  }

  private def catalogueOf(snapshot: Snapshot, shop: Shop): Catalogue =
    Catalogue.of(snapshot.buyers, snapshot.purchases.count(), shop.productCount)
}
