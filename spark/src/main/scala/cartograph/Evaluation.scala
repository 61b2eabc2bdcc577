package cartograph

import org.apache.spark.rdd.RDD

/** A mean over n users and its 95 % interval, by the normal approximation. */
final case class Metric(value: Double, n: Long, low: Double, high: Double)

/** @param coverage share of the catalogue that stands in at least one measured list */
final case class RankingMetrics(ndcg: Metric, recall: Metric, map: Metric, hitRate: Metric, coverage: Double)

/** Several scorers, measured on the same users: by the name of the scorer, in the order in which they are told. */
final case class Compared(scorers: Seq[(String, RankingMetrics)]) {
  def of(name: String): Option[RankingMetrics] = scorers.collectFirst { case (`name`, metrics) => metrics }
}

/**
 * @param users        with at least one held out pair that can be ranked
 * @param unknownPairs held out pairs that nobody can rank: user or product was unknown before
 */
final case class Quality(users: Long, unknownPairs: Long, any: Option[Compared], fresh: Option[Compared], rmse: Option[Metric])

object Evaluation {
  /** Lists are measured to this depth, whatever their length. */
  val Depth = 10

  /** Lists to measure and the products that are right, of one user. */
  final case class Judged(list: Array[Int], relevant: Set[Int])

  /**
   * Measures scorers on users whose next purchases are known. Candidates hold whatever a scorer could rank first, so the
   * whole catalogue is ranked.
   *
   * @param heldOut   pairs that were bought, net, within the holdout, whether they can be ranked or not
   * @param catalogue products that were bought before it
   */
  def measure(
      tests: RDD[(Int, Labelled)],
      scorers: ListKind => Seq[Scorer],
      heldOut: Long,
      catalogue: Long
  ): Quality = {
    def compared(list: ListKind): Option[Compared] = {
      val measured = scorers(list).map { scorer =>
        metrics(
          tests.values.map(test => Judged(Scorers.best(scorer, test.candidates, list, Depth).map(_.product), Ranker.rightAnswers(test, list))),
          catalogue
        ).map(scorer.name -> _)
      }
      Option.when(measured.forall(_.nonEmpty))(Compared(measured.flatten))
    }
    val rankable = tests.values.map(_.relevant.length.toLong).fold(0L)(_ + _)
    Quality(
      tests.filter(_._2.relevant.nonEmpty).count(),
      heldOut - rankable,
      compared(ListKind.Any),
      compared(ListKind.New),
      rmse(tests.values.flatMap(_.candidates.wantedAls.map(_.toDouble)))
    )
  }

  /** @return None if no user has a right answer */
  def metrics(judged: RDD[Judged], catalogue: Long): Option[RankingMetrics] = {
    val measured = judged.filter(_.relevant.nonEmpty)
    val perUser = measured.map(of => Array(ndcg(of), recall(of), averagePrecision(of), hit(of)))
    val moments = Moments.of(perUser, 4)
    Option.when(moments.n > 0) {
      val covered = measured.flatMap(_.list).distinct().count()
      RankingMetrics(moments(0), moments(1), moments(2), moments(3), covered.toDouble / catalogue)
    }
  }

  private def hits(of: Judged): Array[Boolean] = of.list.take(Depth).map(of.relevant.contains)

  private def discount(position: Int): Double = math.log(2) / math.log(position + 2.0)

  /** Binary gain, log2 discount; the ideal list has its first min(10, relevant) places right. */
  def ndcg(of: Judged): Double = {
    val gain = hits(of).zipWithIndex.collect { case (true, position) => discount(position) }.sum
    gain / (0 until math.min(Depth, of.relevant.size)).map(discount).sum
  }

  def recall(of: Judged): Double = hits(of).count(identity).toDouble / of.relevant.size

  def averagePrecision(of: Judged): Double = {
    val right = hits(of)
    val precisions = right.indices.filter(right(_)).map(at => right.take(at + 1).count(identity).toDouble / (at + 1))
    precisions.sum / math.min(Depth, of.relevant.size)
  }

  def hit(of: Judged): Double = if (hits(of).contains(true)) 1 else 0

  /** Root mean squared error of the preference, which is 1 for every pair that was bought. */
  private def rmse(predicted: RDD[Double]): Option[Metric] = {
    val squared = Moments.of(predicted.map(value => Array((1 - value) * (1 - value))), 1)
    Option.when(squared.n > 0) {
      val mean = squared(0)
      Metric(math.sqrt(mean.value), mean.n, math.sqrt(math.max(0, mean.low)), math.sqrt(mean.high))
    }
  }
}

/** Means of several columns; partitions are added up in their order, so that the sums do not depend on which ended first. */
final class Moments(val n: Long, sums: Array[Double], squares: Array[Double]) {
  def apply(column: Int): Metric = {
    val mean = sums(column) / n
    val variance = if (n < 2) 0 else math.max(0, (squares(column) - n * mean * mean) / (n - 1))
    val margin = Moments.Z95 * math.sqrt(variance / n)
    Metric(Ranking.rounded(mean), n, Ranking.rounded(mean - margin), Ranking.rounded(mean + margin))
  }
}

object Moments {
  private val Z95 = 1.959964

  def of(rows: RDD[Array[Double]], columns: Int): Moments = {
    val parts = rows.mapPartitionsWithIndex { (part, values) =>
      val (sums, squares) = (new Array[Double](columns), new Array[Double](columns))
      var n = 0L
      values.foreach { row =>
        n += 1
        row.indices.foreach { column =>
          sums(column) += row(column)
          squares(column) += row(column) * row(column)
        }
      }
      Iterator.single((part, n, sums, squares))
    }.collect().sortBy(_._1)
    def added(pick: ((Int, Long, Array[Double], Array[Double])) => Array[Double]): Array[Double] =
      parts.map(pick).foldLeft(new Array[Double](columns))((a, b) => a.zip(b).map { case (x, y) => x + y })
    new Moments(parts.map(_._2).sum, added(_._3), added(_._4))
  }
}
