package cartograph.evaluation

import org.apache.spark.rdd.RDD

import cartograph.lists.{ListKind, Lists, Ranking, RankingMeasures}
import cartograph.ranking.{Labelled, Scorers}

/**
 * @param coverage     share of the catalogue that stands in at least one measured list
 * @param byHistory    NDCG@10 by how many products the users had bought; see `Evaluation.Histories`
 * @param byPopularity share of the purchases that were listed, by tenth of the catalogue, most bought first
 */
final case class RankingMetrics(
    ndcg: Metric,
    recall: Metric,
    map: Metric,
    hitRate: Metric,
    novelty: Option[Metric],
    coverage: Double,
    byHistory: Seq[(Int, Option[Int], Metric)],
    byPopularity: Seq[(Int, Metric)]
)

/** The model's NDCG@10 less that of what it would replace, user by user. */
final case class Comparison(baseline: String, overBaseline: Metric, overServed: Option[Metric])

/** Several scorers, measured on the same users: by the name of the scorer, in the order in which they are told. */
final case class Compared(scorers: Seq[(String, RankingMetrics)], comparison: Comparison) {
  def of(name: String): Option[RankingMetrics] = scorers.collectFirst { case (`name`, metrics) => metrics }
}

/**
 * @param users         with at least one held out pair that can be ranked
 * @param heldOutPairs  all of the holdout
 * @param unknownPairs  those that nobody can rank: user or product was unknown before
 */
final case class Quality(
    users: Long,
    heldOutPairs: Long,
    unknownPairs: Long,
    any: Option[Compared],
    fresh: Option[Compared],
    rmse: Option[Metric]
) {
  def of(list: ListKind): Option[Compared] = list match {
    case ListKind.Any => any
    case ListKind.New => fresh
  }
}

/**
 * A holdout and what is known of it.
 *
 * @param tests     users whose purchases are held out, with candidates that hold whatever a scorer could rank first
 * @param heldOut   pairs that were bought, net, within the holdout, whether they can be ranked or not
 * @param catalogue of the products that were bought before it
 * @param depth     length of the lists that are measured, on all sides alike
 */
final case class Tests(tests: RDD[(Int, Labelled)], heldOut: Long, catalogue: Catalogue, depth: Int = RankingMeasures.Depth)

object Evaluation {
  /** First and last number of products of a user's history; of the last there is no end. */
  val Histories: Seq[(Int, Option[Int])] = Seq((1, Some(1)), (2, Some(4)), (5, Some(19)), (20, None))

  private val Model = "model"
  private val Served = "served"

  // Columns of one scorer.
  private val (ndcg, recall, map, hitRate, novelty) = (0, 1, 2, 3, 4)
  private val history = 5
  private val popularity: Int = history + Histories.size
  private val Columns: Int = popularity + Catalogue.Tenths

  /** Of one user: what was bought before, what is held out, and the lists of each scorer. */
  private final case class Judged(bought: Array[Int], relevant: Array[Int], lists: Array[Lists])

  /**
   * Measures lists on users whose next purchases are known, the whole catalogue being ranked.
   *
   * @param model  the lists that are judged
   * @param served those of the run that they would replace
   */
  def measure(of: Tests, model: RDD[(Int, Lists)], served: Option[RDD[(Int, Lists)]]): Quality = {
    val rankable = of.tests.values.map(_.relevant.length.toLong).fold(0L)(_ + _)
    val judged = together(of, model, served)
    def compared(list: ListKind): Option[Compared] = {
      val names =
        Seq(Model) ++ served.map(_ => Served) ++ Scorers.baselines(ListKind.Any).map(_.name) :+ Scorers.MatrixFactorisation.name
      val told = names.zipWithIndex.filter { case (name, _) => list == ListKind.Any || name != Scorers.PersonalFrequency.name }
      val users = judged.flatMap { case (user, answers) => observed(list, told.map(_._2), answers, of.catalogue).map(user -> _) }
      comparedBy(users, told.map(_._1), of.catalogue.known)
    }
    Quality(
      of.tests.filter(_._2.relevant.nonEmpty).count(),
      of.heldOut,
      of.heldOut - rankable,
      compared(ListKind.Any),
      compared(ListKind.New),
      rmse(of.tests.mapValues(_.candidates.wantedAls))
    )
  }

  private def together(of: Tests, model: RDD[(Int, Lists)], served: Option[RDD[(Int, Lists)]]): RDD[(Int, Judged)] = {
    val depth = of.depth
    val plain = of.tests.mapValues { case Labelled(candidates, relevant) =>
      val scorers = Scorers.baselines(ListKind.Any) :+ Scorers.MatrixFactorisation
      val lists = scorers.map { scorer =>
        Lists(Scorers.best(scorer, candidates, ListKind.Any, depth), Scorers.best(scorer, candidates, ListKind.New, depth))
      }
      Judged(candidates.bought, relevant, lists.toArray)
    }
    val nothing = Lists(Array.empty, Array.empty)
    // A user whom the served run does not know gets nothing from it.
    val beside = served.fold(plain)(plain.leftOuterJoin(_).mapValues { case (judged, theirs) =>
      val published = theirs.getOrElse(nothing)
      judged.copy(lists = Lists(published.any.take(depth), published.newOnly.take(depth)) +: judged.lists)
    })
    beside.join(model).mapValues { case (judged, ours) => judged.copy(lists = ours +: judged.lists) }
  }

  private final case class Measured(listed: Array[Array[Int]], observed: Observed)

  /** @return None if nothing is right for the list: then there is nothing to measure */
  private def observed(list: ListKind, scorers: Seq[Int], of: Judged, catalogue: Catalogue): Option[Measured] = {
    val right = RankingMeasures.right(of.relevant, of.bought, list)
    Option.when(right.nonEmpty) {
      val lists = scorers.map(index => list.select(of.lists(index)).map(_.product)).toArray
      val all = Observed(new Array[Double](lists.length * Columns), new Array[Double](lists.length * Columns))
      lists.indices.foreach(index => observe(lists(index), right, of.bought.length, catalogue, all, index * Columns))
      // What is served may list what was unknown before the cut: it is no part of the catalogue.
      Measured(lists.map(_.take(RankingMeasures.Depth).filter(catalogue.isKnown)), all)
    }
  }

  private def observe(list: Array[Int], right: Set[Int], owned: Int, catalogue: Catalogue, to: Observed, offset: Int): Unit = {
    def put(column: Int, sum: Double, weight: Double): Unit = {
      to.sums(offset + column) += sum
      to.weights(offset + column) += weight
    }
    val gain = RankingMeasures.ndcg(list, right)
    put(ndcg, gain, 1)
    put(recall, RankingMeasures.recall(list, right), 1)
    put(map, RankingMeasures.averagePrecision(list, right), 1)
    put(hitRate, RankingMeasures.hit(list, right), 1)
    val shown = list.take(RankingMeasures.Depth)
    if (shown.nonEmpty) put(novelty, shown.map(catalogue.information(_).toDouble).sum / shown.length, 1)
    Histories.zipWithIndex.foreach { case ((from, to), index) =>
      if (owned >= from && to.forall(owned <= _)) put(history + index, gain, 1)
    }
    right.foreach(product => put(popularity + catalogue.tenth(product) - 1, if (shown.contains(product)) 1 else 0, 1))
  }

  private def comparedBy(users: RDD[(Int, Measured)], names: Seq[String], catalogue: Long): Option[Compared] = {
    val bootstrap = Bootstrap.of(users.mapValues(_.observed), names.size * Columns)
    def at(name: String, column: Int): Int = names.indexOf(name) * Columns + column
    bootstrap.metric(ndcg).map { _ =>
      val covered = users.values
        .flatMap(_.listed.iterator.zipWithIndex.flatMap { case (list, scorer) => list.iterator.map(scorer -> _) })
        .distinct().map(_._1).countByValue()
      val metrics = names.zipWithIndex.map { case (name, scorer) =>
        name -> ranking(column => bootstrap.metric(at(name, column)), covered.getOrElse(scorer, 0L).toDouble / catalogue)
      }
      val (best, _) =
        metrics.filter { case (name, _) => Scorers.baselines(ListKind.Any).exists(_.name == name) }.maxBy(_._2.ndcg.value)
      val over = bootstrap.difference(
        at(Model, ndcg),
        at(best, ndcg)
      ).getOrElse(throw new IllegalStateException("Cannot compare: nobody was measured"))
      val overServed = if (names.contains(Served)) bootstrap.difference(at(Model, ndcg), at(Served, ndcg)) else None
      Compared(metrics, Comparison(best, over, overServed))
    }
  }

  private def ranking(metric: Int => Option[Metric], coverage: Double): RankingMetrics = {
    def always(column: Int): Metric =
      metric(column).getOrElse(throw new IllegalStateException("Cannot measure: nobody was measured"))
    RankingMetrics(
      always(ndcg),
      always(recall),
      always(map),
      always(hitRate),
      metric(novelty),
      coverage,
      Histories.zipWithIndex.flatMap { case ((from, to), index) => metric(history + index).map((from, to, _)) },
      (1 to Catalogue.Tenths).flatMap(tenth => metric(popularity + tenth - 1).map(tenth -> _))
    )
  }

  /** Root mean squared error of the preference, which is 1 for every pair that was bought. */
  private def rmse(predicted: RDD[(Int, Array[Float])]): Option[Metric] =
    Bootstrap.of(
      predicted.mapValues(scores =>
        Observed(Array(scores.map(score => (1.0 - score) * (1.0 - score)).sum), Array(scores.length.toDouble))
      ),
      1
    )
      .metric(0)
      .map(mean =>
        Metric(
          Ranking.rounded(math.sqrt(mean.value)),
          mean.n,
          Ranking.rounded(math.sqrt(mean.low)),
          Ranking.rounded(math.sqrt(mean.high))
        )
      )
}
