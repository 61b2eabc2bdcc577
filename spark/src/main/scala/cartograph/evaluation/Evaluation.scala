package cartograph.evaluation

import org.apache.spark.rdd.RDD

import cartograph.lists.{ListKind, Lists, Ranking, RankingMeasures}
import cartograph.ranking.{Labelled, Scorer, Scorers}

/**
 * A holdout, ready to be measured on.
 *
 * @param users     by user: candidates, which include every product that a scorer could rank first, and the held-out purchases
 * @param heldOut   number of pairs of a user and a product in the holdout, including those that cannot be ranked
 * @param catalogue popularity of the products that were bought before the holdout
 * @param depth     length of the lists that are measured
 */
final case class TestSet(users: RDD[(Int, Labelled)], heldOut: Long, catalogue: Catalogue, depth: Int = RankingMeasures.Depth)

object Evaluation {
  /** Ranges of the number of products in a user's history, both ends inclusive. The last range has no end. */
  val Histories: Seq[(Int, Option[Int])] = Seq((1, Some(1)), (2, Some(4)), (5, Some(19)), (20, None))

  private val Model = "model"
  private val Served = "served"

  /** The columns of one scorer in the bootstrap. */
  private object Column {
    val Ndcg: Int = 0
    val Recall: Int = 1
    val Map: Int = 2
    val HitRate: Int = 3
    val Novelty: Int = 4
    /** The first of one column per range of [[Histories]]. */
    val History: Int = 5
    /** The first of one column per tenth of the catalogue. */
    val Popularity: Int = History + Histories.size
    /** NDCG of the users to whom the served run gives a list. */
    val ServedUsers: Int = Popularity + Catalogue.Tenths
    val Count: Int = ServedUsers + 1
  }

  /**
   * One user of the holdout.
   *
   * @param bought   products bought before, ascending
   * @param relevant products bought in the holdout, ascending
   * @param lists    lists by scorer
   */
  private final case class TestedUser(bought: Array[Int], relevant: Array[Int], lists: Array[Lists])

  /**
   * Measures lists on users whose next purchases are known. The whole catalogue is ranked.
   *
   * @param model     by user, the lists to measure
   * @param served    by user, the lists that they would replace
   * @param baselines of each list, to compare with
   */
  def measure(
      tests: TestSet,
      model: RDD[(Int, Lists)],
      served: Option[RDD[(Int, Lists)]],
      baselines: ListKind => Seq[Scorer]
  ): Quality = {
    val rankable = tests.users.values.map(_.relevant.length.toLong).fold(0L)(_ + _)
    val tested = listsOf(tests, model, served, baselines)
    val all = Seq(Model) ++ served.map(_ => Served) ++ Scorers.baselines(ListKind.Any).map(_.name) :+
      Scorers.MatrixFactorisation.name
    def compared(list: ListKind): Option[Compared] = {
      // Personal frequency orders only products that the user has bought, so it has no list `new`.
      val (names, scorers) = all.zipWithIndex.filter { case (name, _) =>
        list == ListKind.Any || name != Scorers.PersonalFrequency.name
      }.unzip
      val servedIndex = all.indexOf(Served)
      val users = tested.flatMap { case (user, lists) =>
        val isServed = servedIndex >= 0 && list.select(lists.lists(servedIndex)).nonEmpty
        measured(list, scorers, lists, tests.catalogue, isServed).map(user -> _)
      }
      comparedBy(users, names, tests.catalogue.known)
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
  private def listsOf(
      tests: TestSet,
      model: RDD[(Int, Lists)],
      served: Option[RDD[(Int, Lists)]],
      baselines: ListKind => Seq[Scorer]
  ): RDD[(Int, TestedUser)] = {
    val depth = tests.depth
    val (any, discoveries) = (baselines(ListKind.Any), baselines(ListKind.New).map(found => found.name -> found).toMap)
    val scorers = any.map(found => found -> discoveries.getOrElse(found.name, found)) :+
      (Scorers.MatrixFactorisation -> Scorers.MatrixFactorisation)
    val scored = tests.users.mapValues { case Labelled(candidates, relevant) =>
      val lists = scorers.map { case (any, discoveries) =>
        Lists(Scorers.best(any, candidates, ListKind.Any, depth), Scorers.best(discoveries, candidates, ListKind.New, depth))
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

  /**
   * One list of one user, measured.
   *
   * @param listed by scorer, the listed products that are in the catalogue
   */
  private final case class Measured(listed: Array[Array[Int]], observed: Observed)

  /**
   * Measures one list of a user.
   *
   * @param scorers  indices of the scorers in `user.lists`
   * @param isServed whether the served run gives this list to the user
   * @return None if no product is correct for the list, so that nothing can be measured
   */
  private def measured(
      list: ListKind,
      scorers: Seq[Int],
      user: TestedUser,
      catalogue: Catalogue,
      isServed: Boolean
  ): Option[Measured] = {
    val correct = RankingMeasures.correct(user.relevant, user.bought, list)
    Option.when(correct.nonEmpty) {
      val lists = scorers.map(index => list.select(user.lists(index)).map(_.product)).toArray
      val columns = lists.length * Column.Count
      val observed = Observed(sums = new Array[Double](columns), weights = new Array[Double](columns))
      val observer = new Observer(correct, user.bought.length, isServed, catalogue, observed)
      lists.indices.foreach(index => observer.add(lists(index), index * Column.Count))
      // The served run may list products that were unknown before the holdout, which are not in the catalogue.
      Measured(lists.map(_.take(RankingMeasures.Depth).filter(catalogue.isKnown)), observed)
    }
  }

  /**
   * Fills in the columns of one user.
   *
   * @param correct  products that the user bought in the holdout and that the list admits
   * @param owned    number of products that the user bought before
   * @param isServed whether the served run gives a list to the user
   * @param observed receives the values
   */
  private final class Observer(correct: Set[Int], owned: Int, isServed: Boolean, catalogue: Catalogue, observed: Observed) {

    /**
     * Adds the measures of one list.
     *
     * @param list   best first
     * @param offset first column of the scorer
     */
    def add(list: Array[Int], offset: Int): Unit = {
      val gain = RankingMeasures.ndcg(list, correct)
      put(offset + Column.Ndcg, gain)
      if (isServed) put(offset + Column.ServedUsers, gain)
      put(offset + Column.Recall, RankingMeasures.recall(list, correct))
      put(offset + Column.Map, RankingMeasures.averagePrecision(list, correct))
      put(offset + Column.HitRate, RankingMeasures.hit(list, correct))
      val shown = list.take(RankingMeasures.Depth)
      if (shown.nonEmpty) put(offset + Column.Novelty, shown.map(catalogue.information(_).toDouble).sum / shown.length)
      Histories.zipWithIndex.foreach { case ((from, to), index) =>
        if (owned >= from && to.forall(owned <= _)) put(offset + Column.History + index, gain)
      }
      correct.foreach { product =>
        put(offset + Column.Popularity + catalogue.tenth(product) - 1, if (shown.contains(product)) 1 else 0)
      }
    }

    private def put(column: Int, value: Double): Unit = {
      observed.sums(column) += value
      observed.weights(column) += 1
    }
  }

  /**
   * Compares scorers on one list.
   *
   * @param names     names of the scorers, in the order of the columns
   * @param catalogue number of products that coverage is a share of
   * @return None if no user was measured
   */
  private def comparedBy(users: RDD[(Int, Measured)], names: Seq[String], catalogue: Long): Option[Compared] = {
    val bootstrap = Bootstrap.of(users.mapValues(_.observed), names.size * Column.Count)
    def at(name: String, column: Int): Int = names.indexOf(name) * Column.Count + column
    bootstrap.metric(Column.Ndcg).map { _ =>
      // A count per scorer.
      val covered = users.values
        .flatMap(_.listed.iterator.zipWithIndex.flatMap { case (list, scorer) => list.iterator.map(scorer -> _) })
        .distinct()
        .keys
        .countByValue()
      val metrics = names.zipWithIndex.map { case (name, scorer) =>
        name -> ranking(column => bootstrap.metric(at(name, column)), covered.getOrElse(scorer, 0L).toDouble / catalogue)
      }
      val baselines = Scorers.baselines(ListKind.Any).map(_.name)
      val (best, _) = metrics
        .filter { case (name, _) => baselines.contains(name) }
        .maxBy { case (_, measured) => measured.ndcg.value }
      def overOther(other: String, column: Int): Option[Metric] = bootstrap.difference(at(Model, column), at(other, column))
      val overBaseline = always(overOther(best, Column.Ndcg))
      def overServed(column: Int): Option[Metric] = if (names.contains(Served)) overOther(Served, column) else None
      Compared(metrics, Comparison(best, overBaseline, overServed(Column.Ndcg), overServed(Column.ServedUsers)))
    }
  }

  private def ranking(metric: Int => Option[Metric], coverage: Double): RankingMetrics =
    RankingMetrics(
      ndcg = always(metric(Column.Ndcg)),
      recall = always(metric(Column.Recall)),
      map = always(metric(Column.Map)),
      hitRate = always(metric(Column.HitRate)),
      novelty = metric(Column.Novelty),
      coverage = coverage,
      byHistory = Histories.zipWithIndex.flatMap { case ((from, to), index) =>
        metric(Column.History + index).map(HistoryMetric(from, to, _))
      },
      byPopularity = (1 to Catalogue.Tenths).flatMap(tenth => metric(Column.Popularity + tenth - 1).map(tenth -> _))
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
