package cartograph.evaluation

import org.apache.spark.rdd.RDD

import cartograph.lists.Ranking
import cartograph.platform.{ByKey, NumberPartitioner}

/** A mean over `n` users, and its 95 % interval from `low` to `high`. */
final case class Metric(value: Double, n: Long, low: Double, high: Double)

/**
 * One user's addends to the sums of every column. A metric is the sum over users of `sums` divided by the sum of `weights`.
 *
 * @param sums    by column
 * @param weights by column; 0 if the user does not count in the column
 */
final case class Observed(sums: Array[Double], weights: Array[Double])

/**
 * Intervals by the bootstrap over users (Efron, Tibshirani: An Introduction to the Bootstrap, 1993): percentiles of 1,000
 * replicates.
 *
 * Users are drawn in up to 1,024 groups, by their numbers, so that the cost does not grow with the number of users. Differences
 * are paired, because both columns are drawn together.
 */
final class Bootstrap private (groups: Array[Bootstrap.Sums], columns: Int) {
  private val total = groups.foldLeft(Bootstrap.none(columns))(_ + _)

  /** Values of every column, by replicate. */
  private lazy val replicates: Array[Array[Double]] = {
    val random = new java.util.SplittableRandom(Bootstrap.Seed)
    Array.fill(Bootstrap.Replicates)(drawn(random))
  }

  private def drawn(random: java.util.SplittableRandom): Array[Double] = {
    val times = new Array[Int](groups.length)
    groups.indices.foreach(_ => times(random.nextInt(groups.length)) += 1)
    val (sums, weights) = (new Array[Double](columns), new Array[Double](columns))
    groups.indices.filter(times(_) > 0).foreach { group =>
      var column = 0
      while (column < columns) {
        sums(column) += times(group) * groups(group).sums(column)
        weights(column) += times(group) * groups(group).weights(column)
        column += 1
      }
    }
    Array.tabulate(columns)(column => sums(column) / weights(column))
  }

  private def value(column: Int): Double = total.sums(column) / total.weights(column)

  /** Returns the metric of a column; None if no user counts in it. */
  def metric(column: Int): Option[Metric] =
    Option.when(total.counts(column) > 0)(interval(value(column), total.counts(column), replicates.map(_(column))))

  /** Returns the value of a column minus that of another one in which the same users count; None if no user does. */
  def difference(column: Int, other: Int): Option[Metric] = Option.when(total.counts(column) > 0) {
    interval(
      value(column) - value(other),
      total.counts(column),
      replicates.map(replicate => replicate(column) - replicate(other))
    )
  }

  private def interval(value: Double, n: Long, drawn: Array[Double]): Metric = {
    val sorted = drawn.filterNot(_.isNaN).sorted
    def quantile(share: Double): Double = sorted((share * (sorted.length - 1)).round.toInt)
    Metric(Ranking.rounded(value), n, Ranking.rounded(quantile(0.025)), Ranking.rounded(quantile(0.975)))
  }
}

object Bootstrap {
  private val Groups = 1024
  private val Replicates = 1000
  private val Seed = 20080L

  /**
   * The sums over several users. [[add]] changes them.
   *
   * @param sums    by column
   * @param weights by column
   * @param counts  by column, number of users that count in it
   */
  final case class Sums(sums: Array[Double], weights: Array[Double], counts: Array[Long]) {
    def +(other: Sums): Sums = Sums(
      sums.zip(other.sums).map { case (a, b) => a + b },
      weights.zip(other.weights).map { case (a, b) => a + b },
      counts.zip(other.counts).map { case (a, b) => a + b }
    )

    def add(observed: Observed): Unit = {
      var column = 0
      while (column < sums.length) {
        sums(column) += observed.sums(column)
        weights(column) += observed.weights(column)
        if (observed.weights(column) > 0) counts(column) += 1
        column += 1
      }
    }
  }

  private def none(columns: Int): Sums = Sums(new Array[Double](columns), new Array[Double](columns), new Array[Long](columns))

  /**
   * Sums users by group, in the order of partitions, so that the sums do not depend on which partition ends first.
   *
   * @param users   user number to the user's addends
   * @param columns number of columns, the same for all users
   */
  def of(users: RDD[(Int, Observed)], columns: Int): Bootstrap = {
    val sumsByPart = users.mapPartitionsWithIndex { (part, rows) =>
      val sums = scala.collection.mutable.HashMap.empty[Int, Sums]
      rows.foreach { case (user, observed) => sums.getOrElseUpdate(groupOf(user), none(columns)).add(observed) }
      sums.iterator.map { case (group, sum) => group -> (part -> sum) }
    }
    val groups = sumsByPart
      .groupByKey(new NumberPartitioner(Groups, math.min(Groups, users.getNumPartitions)))
      .mapValues(ByKey.values(_).reduce(_ + _))
    // At most 1,024 rows.
    new Bootstrap(ByKey.values(groups.collect()), columns)
  }

  private def groupOf(user: Int): Int = scala.util.hashing.MurmurHash3.mix(11, user) & (Groups - 1)
}
