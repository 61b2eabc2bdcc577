package cartograph.evaluation

import org.apache.spark.rdd.RDD

import cartograph.lists.{ListKind, Lists, Ranking, RankingMeasures}
import cartograph.ranking.{Labelled, Scorers}

/**
 * A holdout, ready to be measured on.
 *
 * @param users     by user: candidates, among which is whatever a scorer could rank first, and the purchases that are held out
 * @param heldOut   pairs of a user and a product in the holdout, whether they can be ranked or not
 * @param catalogue of the products that were bought before the holdout
 * @param depth     length of the lists that are measured
 */
final case class TestSet(users: RDD[(Int, Labelled)], heldOut: Long, catalogue: Catalogue, depth: Int = RankingMeasures.Depth)

object Evaluation {
  /** Ranges of the length of a history, from..to (inclusive) in products; None where a range has no limit. */
  val Histories: Seq[(Int, Option[Int])] = Seq((1, Some(1)), (2, Some(4)), (5, Some(19)), (20, None))

  private val Model = "model"
  private val Served = "served"

  // Columns of one scorer in the bootstrap.
  private val (ndcg, recall, map, hitRate, novelty) = (0, 1, 2, 3, 4)
  private val history = 5
  private val popularity: Int = history + Histories.size
  private val Columns: Int = popularity + Catalogue.Tenths

  /**
   * One user of the holdout.
   *
   * @param bought   products bought before, ascending
   * @param relevant products bought in the holdout, ascending
   * @param lists    of each scorer
   */
  private final case class TestedUser(bought: Array[Int], relevant: Array[Int], lists: Array[Lists])

  /**
   * Measures lists on users whose next purchases are known. The whole catalogue is ranked.
   *
   * @param model  by user, the lists to measure
   * @param served by user, the lists that they would replace
   */
  def measure(tests: TestSet, model: RDD[(Int, Lists)], served: Option[RDD[(Int, Lists)]]): Quality = {
    val rankable = tests.users.values.map(_.relevant.length.toLong).fold(0L)(_ + _)
    val tested = listsOf(tests, model, served)
    val all = Seq(Model) ++ served.map(_ => Served) ++ Scorers.baselines(ListKind.Any).map(_.name) :+
      Scorers.MatrixFactorisation.name
    def compared(list: ListKind): Option[Compared] = {
      // Personal frequency orders what a user has bought, and so has nothing for the list `new`.
      val scorers = all.zipWithIndex.filter { case (name, _) =>
        list == ListKind.Any || name != Scorers.PersonalFrequency.name
      }
      val users = tested.flatMap { case (user, lists) =>
        measured(list, scorers.map(_._2), lists, tests.catalogue).map(user -> _)
      }
      comparedBy(users, scorers.map(_._1), tests.catalogue.known)
    }
    Quality(
      users = tests.users.filter(_._2.relevant.nonEmpty).count(),
      heldOutPairs = tests.heldOut,
      unknownPairs = tests.heldOut - rankable,
      any = compared(ListKind.Any),
      discoveries = compared(ListKind.New),
      rmse = rmse(tests.users.mapValues(_.candidates.wantedAls))
    )
  }

  /** Gathers the lists of all scorers: the model, the served run if there is one, the baselines, and matrix factorisation. */
  private def listsOf(tests: TestSet, model: RDD[(Int, Lists)], served: Option[RDD[(Int, Lists)]]): RDD[(Int, TestedUser)] = {
    val depth = tests.depth
    val scorers = Scorers.baselines(ListKind.Any) :+ Scorers.MatrixFactorisation
    val scored = tests.users.mapValues { case Labelled(candidates, relevant) =>
      val lists = scorers.map { scorer =>
        Lists(Scorers.best(scorer, candidates, ListKind.Any, depth), Scorers.best(scorer, candidates, ListKind.New, depth))
      }
      TestedUser(candidates.bought, relevant, lists.toArray)
    }
    // A user whom the served run does not know gets empty lists from it.
    val empty = Lists(Array.empty, Array.empty)
    val withServed = served.fold(scored)(scored.leftOuterJoin(_).mapValues { case (user, found) =>
      val published = found.getOrElse(empty)
      user.copy(lists = Lists(published.any.take(depth), published.newOnly.take(depth)) +: user.lists)
    })
    withServed.join(model).mapValues { case (user, lists) => user.copy(lists = lists +: user.lists) }
  }

  /** @param listed by scorer: the listed products that are in the catalogue */
  private final case class Measured(listed: Array[Array[Int]], observed: Observed)

  /** Measures one list of a user. @return None if no product is correct for the list, so that nothing can be measured */
  private def measured(list: ListKind, scorers: Seq[Int], user: TestedUser, catalogue: Catalogue): Option[Measured] = {
    val correct = RankingMeasures.right(user.relevant, user.bought, list)
    Option.when(correct.nonEmpty) {
      val lists = scorers.map(index => list.select(user.lists(index)).map(_.product)).toArray
      val observed = Observed(new Array[Double](lists.length * Columns), new Array[Double](lists.length * Columns))
      val observer = new Observer(correct, user.bought.length, catalogue, observed)
      lists.indices.foreach(index => observer.add(lists(index), index * Columns))
      // The served run may list products that were unknown before the holdout, which are not in the catalogue.
      Measured(lists.map(_.take(RankingMeasures.Depth).filter(catalogue.isKnown)), observed)
    }
  }

  /**
   * Fills in the columns of one user.
   *
   * @param correct  products that the user bought in the holdout and that the list admits
   * @param owned    number of products that the user bought before
   * @param observed receives the values
   */
  private final class Observer(correct: Set[Int], owned: Int, catalogue: Catalogue, observed: Observed) {

    /** @param list best first; @param offset of the scorer's columns */
    def add(list: Array[Int], offset: Int): Unit = {
      val gain = RankingMeasures.ndcg(list, correct)
      put(offset + ndcg, gain)
      put(offset + recall, RankingMeasures.recall(list, correct))
      put(offset + map, RankingMeasures.averagePrecision(list, correct))
      put(offset + hitRate, RankingMeasures.hit(list, correct))
      val shown = list.take(RankingMeasures.Depth)
      if (shown.nonEmpty) put(offset + novelty, shown.map(catalogue.information(_).toDouble).sum / shown.length)
      Histories.zipWithIndex.foreach { case ((from, to), index) =>
        if (owned >= from && to.forall(owned <= _)) put(offset + history + index, gain)
      }
      correct.foreach { product =>
        put(offset + popularity + catalogue.tenth(product) - 1, if (shown.contains(product)) 1 else 0)
      }
    }

    private def put(column: Int, value: Double): Unit = {
      observed.sums(column) += value
      observed.weights(column) += 1
    }
  }

  /** @param catalogue number of products that coverage is a share of */
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
      val overBaseline = always(bootstrap.difference(at(Model, ndcg), at(best, ndcg)))
      val overServed = if (names.contains(Served)) bootstrap.difference(at(Model, ndcg), at(Served, ndcg)) else None
      Compared(metrics, Comparison(best, overBaseline, overServed))
    }
  }

  private def ranking(metric: Int => Option[Metric], coverage: Double): RankingMetrics =
    RankingMetrics(
      ndcg = always(metric(ndcg)),
      recall = always(metric(recall)),
      map = always(metric(map)),
      hitRate = always(metric(hitRate)),
      novelty = metric(novelty),
      coverage = coverage,
      byHistory = Histories.zipWithIndex.flatMap { case ((from, to), index) =>
        metric(history + index).map(HistoryMetric(from, to, _))
      },
      byPopularity = (1 to Catalogue.Tenths).flatMap(tenth => metric(popularity + tenth - 1).map(tenth -> _))
    )

  /** Returns the metric of a column in which every user counts. */
  private def always(metric: Option[Metric]): Metric =
    metric.getOrElse(throw new IllegalStateException("Cannot measure: no user was measured"))

  /**
   * Measures matrix factorisation by the root mean squared error of the preference, which is 1 for every pair that was bought.
   *
   * @param predicted by user, the scores of the held out pairs
   */
  private def rmse(predicted: RDD[(Int, Array[Float])]): Option[Metric] = {
    val errors = predicted.mapValues { scores =>
      Observed(Array(scores.map(score => (1.0 - score) * (1.0 - score)).sum), Array(scores.length.toDouble))
    }
    def root(value: Double): Double = Ranking.rounded(math.sqrt(value))
    Bootstrap.of(errors, columns = 1).metric(0).map(mean => Metric(root(mean.value), mean.n, root(mean.low), root(mean.high)))
  }
}
