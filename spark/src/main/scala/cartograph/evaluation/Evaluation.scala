package cartograph.evaluation

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.lists.{ListKind, Lists, Ranking, RankingMeasures}
import cartograph.platform.ByKey
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
  private val Model = "model"
  private val Served = "served"

  /**
   * One user of the holdout. It is small, so that it can be kept: candidates with their features are read, and trees walked, only
   * once for all measures.
   *
   * @param bought   products bought before, ascending
   * @param relevant products bought in the holdout, ascending
   * @param limits   held-out purchases that are not candidates
   * @param errors   squared errors of the predicted preferences, in the one column of [[rmse]]
   * @param lists    lists by scorer
   */
  private final case class TestedUser(
      bought: Array[Int],
      relevant: Array[Int],
      limits: CandidateLimits,
      errors: Observed,
      lists: Array[Lists]
  )

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
      baselines: ListKind => Seq[Scorer] = Scorers.defaults
  ): Quality = {
    val tested = listsOf(tests, model, served, baselines).persist(StorageLevel.MEMORY_AND_DISK_SER)
    val names = Seq(Model) ++ served.map(_ => Served) ++ Scorers.baselines(ListKind.Any).map(_.name) :+
      Scorers.MatrixFactorisation.name
    val (users, limits) = tested.values
      .map(user => (if (user.relevant.nonEmpty) 1L else 0L) -> user.limits)
      .fold((0L, CandidateLimits.none)) { case ((users, limits), (more, others)) => (users + more, limits + others) }
    val quality = Quality(
      users = users,
      heldOutPairs = tests.heldOut,
      unknownPairs = tests.heldOut - limits.any.heldOut,
      limits = limits,
      any = compared(ListKind.Any, tested, names, tests.catalogue),
      discoveries = compared(ListKind.New, tested, names, tests.catalogue),
      rmse = rmse(tested.mapValues(_.errors))
    )
    tested.unpersist(blocking = false)
    quality
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
      TestedUser(
        candidates.bought,
        relevant,
        CandidateLimits.of(candidates.products, candidates.bought, relevant),
        errorsOf(candidates.wantedAls),
        lists.toArray
      )
    }
    // A user whom the served run does not know gets empty lists from it.
    val empty = Lists(Array.empty, Array.empty)
    val withServed = served.fold(scored)(ByKey.leftJoined(scored, _).mapValues { case (user, found) =>
      val published = found.getOrElse(empty)
      user.copy(lists = Lists(published.any.take(depth), published.newOnly.take(depth)) +: user.lists)
    })
    ByKey.joined(withServed, model).mapValues { case (user, lists) => user.copy(lists = lists +: user.lists) }
  }

  /**
   * Measures and compares the scorers on one list.
   *
   * @param names of the scorers, in the order of the lists of a user
   * @return None if no user could be measured
   */
  private def compared(
      list: ListKind,
      tested: RDD[(Int, TestedUser)],
      names: Seq[String],
      catalogue: Catalogue
  ): Option[Compared] = {
    // Personal frequency orders only products that the user has bought, so it has no list `new`.
    val (measurable, scorers) = names.zipWithIndex.filter { case (name, _) =>
      list == ListKind.Any || name != Scorers.PersonalFrequency.name
    }.unzip
    val servedIndex = names.indexOf(Served)
    val users = tested.flatMap { case (user, lists) =>
      val isServed = servedIndex >= 0 && list.select(lists.lists(servedIndex)).nonEmpty
      measured(list, scorers, lists, catalogue, isServed).map(user -> _)
    }
    comparedBy(users, measurable, catalogue.known)
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
      def differenceIn(column: Int): Option[Difference] =
        bootstrap.difference(at(Model, column), at(best, column)).map { overBaseline =>
          Difference(
            overBaseline,
            if (names.contains(Served)) bootstrap.difference(at(Model, column), at(Served, column)) else None
          )
        }
      val overServedLists =
        if (names.contains(Served)) bootstrap.difference(at(Model, Column.ServedUsers), at(Served, Column.ServedUsers)) else None
      Compared(metrics, comparison(best, differenceIn, overServedLists))
    }
  }

  /** @param differenceIn returns the differences in a column; None if no user counts in it */
  private def comparison(
      best: String,
      differenceIn: Int => Option[Difference],
      overServedLists: Option[Metric]
  ): Comparison = Comparison(
    baseline = best,
    overall = always(differenceIn(Column.Ndcg)),
    overServedLists = overServedLists,
    byHistory = inHistories(differenceIn).map { case ((from, to), difference) => HistoryDifference(from, to, difference) },
    byPopularity = inTenths(differenceIn)
  )

  /** Returns the values of the ranges of histories that have one, with both ends of the range. */
  private def inHistories[Value](valueOf: Int => Option[Value]): Seq[((Int, Option[Int]), Value)] =
    Column.Histories.zipWithIndex.flatMap { case (range, index) => valueOf(Column.History + index).map(range -> _) }

  /** Returns the values of the tenths of the catalogue that have one. */
  private def inTenths[Value](valueOf: Int => Option[Value]): Seq[(Int, Value)] =
    (1 to Catalogue.Tenths).flatMap(tenth => valueOf(Column.Popularity + tenth - 1).map(tenth -> _))

  private def ranking(metric: Int => Option[Metric], coverage: Double): RankingMetrics =
    RankingMetrics(
      ndcg = always(metric(Column.Ndcg)),
      recall = always(metric(Column.Recall)),
      map = always(metric(Column.Map)),
      hitRate = always(metric(Column.HitRate)),
      novelty = metric(Column.Novelty),
      coverage = coverage,
      byHistory = inHistories(metric).map { case ((from, to), ndcg) => HistoryMetric(from, to, ndcg) },
      byPopularity = inTenths(metric)
    )

  /** Returns the value of a column in which every user counts. */
  private def always[Value](value: Option[Value]): Value =
    value.getOrElse(throw new IllegalStateException("Cannot measure: no user was measured"))

  /**
   * Returns the squared errors of the preference that matrix factorisation predicts, which is 1 for every pair that was bought.
   *
   * @param predicted scores of the held out pairs of a user
   */
  private def errorsOf(predicted: Array[Float]): Observed =
    Observed(Array(predicted.map(score => (1.0 - score) * (1.0 - score)).sum), Array(predicted.length.toDouble))

  private def rmse(errors: RDD[(Int, Observed)]): Option[Metric] = {
    def root(value: Double): Double = Ranking.rounded(math.sqrt(value))
    Bootstrap.of(errors, columns = 1).metric(0).map(mean => Metric(root(mean.value), mean.n, root(mean.low), root(mean.high)))
  }
}
