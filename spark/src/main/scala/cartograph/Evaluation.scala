package cartograph

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

/** A mean over n users and its 95 % interval, by the normal approximation. */
final case class Metric(value: Double, n: Long, low: Double, high: Double)

/** @param coverage share of the catalogue that stands in at least one measured list */
final case class RankingMetrics(ndcg: Metric, recall: Metric, map: Metric, hitRate: Metric, coverage: Double)

/** The model and popularity, measured on the same users; None if no user could be measured. */
final case class Compared(model: RankingMetrics, popularity: RankingMetrics)

/**
 * @param users        with at least one held out pair that can be ranked
 * @param unknownPairs held out pairs that nobody can rank: user or product was unknown before
 */
final case class Quality(users: Long, unknownPairs: Long, any: Option[Compared], fresh: Option[Compared], rmse: Option[Metric])

object Evaluation {
  /** Lists are measured to this depth, whatever their length. */
  val Depth = 10

  /** A user of the holdout: what was bought before, and what in it, ascending. */
  private final case class TestUser(user: Int, bought: Array[Int], heldOut: Array[Int])

  /** Lists to measure and the products that are right, of one user. */
  final case class Judged(list: Array[Int], relevant: Set[Int])

  /**
   * Measures factors that were fitted on the sales before the holdout, beside popularity on the same sales.
   *
   * Every product that was bought before the holdout is ranked. For `new`, lists leave out what the user had bought, and
   * right is only what the user had not.
   */
  def measure(shop: Shop, trained: Factors, rank: Int): Quality = {
    val tests = testUsers(shop).persist(StorageLevel.MEMORY_AND_DISK)
    val catalogue = shop.products.filter(_.trainBuyers > 0).count()
    val seekers = tests
      .map(test => test.user -> test)
      .join(trained.users)
      .map { case (user, (test, factor)) => Seeker(user, factor, test.bought, test.heldOut) }
    val lists = Ranking.recommend(seekers, trained.products, Depth, rank)
      .join(tests.map(test => test.user -> test))
      .persist(StorageLevel.MEMORY_AND_DISK)
    val popular = popularity(shop, tests)

    val any = compare(
      lists.map { case (_, (found, test)) => Judged(found.any.map(_.product), test.heldOut.toSet) },
      lists.map { case (_, (_, test)) => Judged(popular.value.take(Depth), test.heldOut.toSet) },
      catalogue
    )
    val fresh = compare(
      lists.map { case (_, (found, test)) => Judged(found.fresh.map(_.product), firstBought(test)) },
      lists.map { case (_, (_, test)) =>
        val list = popular.value.iterator.filter(java.util.Arrays.binarySearch(test.bought, _) < 0).take(Depth).toArray
        Judged(list, firstBought(test))
      },
      catalogue
    )
    val quality = Quality(tests.count(), unknownPairs(shop), any, fresh, rmse(lists.flatMap(_._2._1.probed)))
    lists.unpersist()
    quality
  }

  private def firstBought(test: TestUser): Set[Int] = test.heldOut.toSet -- test.bought

  /** Users that bought before the holdout and, of the products known then, within it. */
  private def testUsers(shop: Shop): RDD[TestUser] =
    Histories.of(shop.pairs).flatMap { case (user, pairs) =>
      val bought = pairs.filter(_.trainStrength > 0).map(_.product)
      val heldOut = pairs.filter(pair => pair.isHeldOut && pair.isProductKnown).map(_.product)
      Option.when(bought.nonEmpty && heldOut.nonEmpty)(TestUser(user, bought, heldOut))
    }

  private def unknownPairs(shop: Shop): Long =
    Histories.of(shop.pairs).map { case (_, pairs) =>
      val isUserKnown = pairs.exists(_.trainStrength > 0)
      pairs.count(pair => pair.isHeldOut && !(isUserKnown && pair.isProductKnown)).toLong
    }.fold(0L)(_ + _)

  /**
   * Products by number of buyers before the holdout, most first, as many as the longest history can hide and a list
   * needs. At most one number per product is broadcast: 4 MB for a million products.
   */
  private def popularity(shop: Shop, tests: RDD[TestUser]) = {
    val longest = tests.map(_.bought.length).fold(0)(math.max(_, _))
    val order = shop.products
      .filter(_.trainBuyers > 0)
      .takeOrdered(longest + Depth)(Ordering.by((product: Product) => (-product.trainBuyers, product.number)))
      .map(_.number)
    shop.pairs.sparkContext.broadcast(order)
  }

  private def compare(model: RDD[Judged], popularity: RDD[Judged], catalogue: Long): Option[Compared] =
    for (ours <- metrics(model, catalogue); theirs <- metrics(popularity, catalogue)) yield Compared(ours, theirs)

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

object Histories {

  /** The pairs of each user together, by product; nothing moves, for pairs lie sorted by user. */
  def of(pairs: RDD[(Int, Pair)]): RDD[(Int, Array[Pair])] =
    pairs.mapPartitions(
      partition => {
        val rows = partition.buffered
        new Iterator[(Int, Array[Pair])] {
          def hasNext: Boolean = rows.hasNext
          def next(): (Int, Array[Pair]) = {
            val user = rows.head._1
            val history = Array.newBuilder[Pair]
            while (rows.hasNext && rows.head._1 == user) history += rows.next()._2
            user -> history.result()
          }
        }
      },
      preservesPartitioning = true
    )
}
