package cartograph

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

/** What was learned and how good it was; `now` is what was known when the lists were made. */
final case class Recommended(lists: RDD[(Int, Lists)], now: Snapshot, quality: Option[Quality], choices: Seq[(ListKind, Ranker.Choice)])

/**
 * From what users bought to what they are recommended.
 *
 * A ranker learns from windows of time: what could be known before a window, and what was bought in it. It is measured on
 * the newest window, having learned from the older ones, and then learns from all of them. Where nothing can be learned
 * (one window, a handful of users, nothing but noise) the best baseline is recommended. Or, by configuration, matrix
 * factorisation alone.
 */
object Recommender {
  private val Windows = 2
  private val MaxLearners = 10000

  def recommend(shop: Shop, history: RDD[(Int, Purchases)], span: Span, config: ModelConfig, steps: Steps): Recommended = {
    val now = steps("snapshot")(Snapshot.of(shop, history, span.untilMs, span.horizonMs, config))
    val isRanked = config.algorithm == Algorithm.Ranker
    val windows = span.windows(if (isRanked) Windows else 0).zipWithIndex.map { case (fromMs, index) =>
      steps(if (index == 0) "snapshot of the holdout" else s"snapshot of window $index") {
        labelled(shop, history, fromMs, span.horizonMs, config, isWhole = index == 0)
      }
    }
    val lists = Seq[ListKind](ListKind.Any, ListKind.New)
    val choices = steps("choose")(lists.map { list =>
      list -> (if (isRanked) Ranker.choose(windows.drop(1).map(_._2), list, config.seed) else Ranker.Choice(None, Nil) -> Scorers.MatrixFactorisation)
    })
    val measured = steps("learn before holdout")(choices.map { case (list, (choice, plain)) =>
      list -> choice.trees.fold(plain)(Ranker.fit(windows.drop(1).map(_._2), list, _, config.seed))
    }.toMap)
    val quality = steps("measure")(windows.headOption.map { case (snapshot, tests) =>
      Evaluation.measure(tests, scorers(measured), heldOut(history, snapshot.asOfMs, span.horizonMs), catalogue(snapshot))
    })
    val scorer = steps("learn")(choices.map { case (list, (choice, plain)) =>
      list -> choice.trees.fold(plain)(Ranker.fit(windows.map(_._2), list, _, config.seed))
    }.toMap)
    val everybody = now.purchases.mapValues(_ => Array.empty[Int])
    val found = Candidates.of(now, everybody).mapValues { candidates =>
      Lists(
        Scorers.best(scorer(ListKind.Any), candidates, ListKind.Any, config.topN),
        Scorers.best(scorer(ListKind.New), candidates, ListKind.New, config.topN)
      )
    }
    Recommended(found, now, quality, choices.map { case (list, (choice, _)) => list -> choice })
  }

  /** The model, named so, beside its parts and the baselines. */
  private def scorers(model: Map[ListKind, Scorer])(list: ListKind): Seq[Scorer] =
    Named("model", model(list)) +: Scorers.baselines(list) :+ Scorers.MatrixFactorisation

  private final case class Named(name: String, scorer: Scorer) extends Scorer {
    def score(candidates: Candidates, row: Int): Double = scorer.score(candidates, row)
  }

  private def labelled(
      shop: Shop,
      history: RDD[(Int, Purchases)],
      fromMs: Long,
      horizonMs: Long,
      config: ModelConfig,
      isWhole: Boolean
  ): (Snapshot, RDD[(Int, Labelled)]) = {
    val snapshot = Snapshot.of(shop, history, fromMs, horizonMs, config)
    val wanted = history.mapValues(_.boughtWithin(fromMs, fromMs + horizonMs)).filter(_._2.nonEmpty)
    val share = if (isWhole) 1.0 else MaxLearners.toDouble / math.max(1L, wanted.count())
    val asked = wanted.filter { case (user, _) => share >= 1 || (scala.util.hashing.MurmurHash3.mix(5, user) & Int.MaxValue) < share * Int.MaxValue }
    val rows = Candidates.of(snapshot, asked)
      .mapValues(candidates => Labelled(candidates, candidates.wanted))
      // As bytes: Spark would walk through every object to learn how much it takes.
      .persist(StorageLevel.MEMORY_AND_DISK_SER)
    snapshot -> rows
  }

  private def heldOut(history: RDD[(Int, Purchases)], fromMs: Long, horizonMs: Long): Long =
    history.map(_._2.boughtWithin(fromMs, fromMs + horizonMs).length.toLong).fold(0L)(_ + _)

  private def catalogue(snapshot: Snapshot): Long = snapshot.blocks.map(_.isKnown.count(identity).toLong).fold(0L)(_ + _)
}

/**
 * The time of the sales, cut into windows of one length, the horizon.
 *
 * @param fromMs      the oldest sale
 * @param untilMs     the moment after the newest
 * @param holdoutFromMs where the newest window begins; None if nothing can be held out
 */
final case class Span(fromMs: Long, untilMs: Long, holdoutFromMs: Option[Long]) {
  /** How long recommendations are made for; of sales without a holdout, all their time. */
  val horizonMs: Long = math.max(1L, untilMs - holdoutFromMs.getOrElse(fromMs))

  /** Begins of the holdout and of the windows before it, newest first; each has a horizon of sales before it. */
  def windows(before: Int): Seq[Long] = holdoutFromMs.toSeq.flatMap { holdout =>
    holdout +: (1 to before).map(holdout - _ * horizonMs).takeWhile(_ - horizonMs >= fromMs)
  }
}
