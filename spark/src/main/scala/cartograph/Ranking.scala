package cartograph

import dev.ludovic.netlib.blas.JavaBLAS
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

/** A product in a list, best first: number and score. */
final case class Ranked(product: Int, score: Double)

/**
 * The two lists of a user, best first.
 *
 * @param any    may include what the user bought
 * @param fresh  the list `new`: only what the user had not bought
 * @param probed scores of the products that were asked for, in the order of their numbers
 */
final case class Lists(any: Array[Ranked], fresh: Array[Ranked], probed: Array[Double])

/**
 * Whom to rank for.
 *
 * @param bought products that the list `new` leaves out, ascending
 * @param probe  products whose scores are wanted besides, ascending
 */
final case class Seeker(user: Int, factor: Array[Float], bought: Array[Int], probe: Array[Int])

object Ranking {
  private val UsersPerBlock = 256
  private val ProductsPerBlock = 4096

  /** Scores are rounded before they are compared, so that the order of sums does not decide a rank. */
  def rounded(score: Double): Double = math.round(score * 1e6) / 1e6

  /** Ranks before another: higher score, then smaller number, which is the smaller id. */
  def isBefore(a: Ranked, b: Ranked): Boolean = a.score > b.score || (a.score == b.score && a.product < b.product)

  private final case class ProductBlock(numbers: Array[Int], factors: Array[Float])

  /**
   * Ranks all products for each seeker, exactly: blocks of users times blocks of products, each a matrix product with a
   * partial selection; the selections of the blocks are merged.
   *
   * @return by user; one entry per seeker, lists of at most topN
   */
  def recommend(seekers: RDD[Seeker], products: RDD[(Int, Array[Float])], topN: Int, rank: Int): RDD[(Int, Lists)] = {
    val userBlocks = seekers.mapPartitions(_.grouped(UsersPerBlock).map(_.toArray))
    val productBlocks = products.mapPartitions(_.toArray.sortBy(_._1).grouped(ProductsPerBlock).map { block =>
      ProductBlock(block.map(_._1), block.flatMap(_._2))
    }).persist(StorageLevel.MEMORY_AND_DISK)
    userBlocks
      .cartesian(productBlocks)
      .flatMap { case (users, block) => score(users, block, topN, rank) }
      .reduceByKey((a, b) => merge(a, b, topN))
  }

  private def score(users: Array[Seeker], block: ProductBlock, topN: Int, rank: Int): Iterator[(Int, Lists)] = {
    val count = block.numbers.length
    val scores = new Array[Float](users.length * count)
    val userFactors = users.flatMap(_.factor)
    // Column-major: scores(p + u * count) = products(p) . users(u)
    JavaBLAS.getInstance().sgemm(
      "T", "N", count, users.length, rank, 1f, block.factors, rank, userFactors, rank, 0f, scores, count
    )
    users.iterator.zipWithIndex.map { case (seeker, index) =>
      val offset = index * count
      val any = new Selection(topN)
      val fresh = new Selection(topN)
      var position = 0
      while (position < count) {
        val value = scores(offset + position)
        if (value >= any.bar || value >= fresh.bar) {
          val candidate = Ranked(block.numbers(position), rounded(value))
          any.offer(candidate)
          if (java.util.Arrays.binarySearch(seeker.bought, candidate.product) < 0) fresh.offer(candidate)
        }
        position += 1
      }
      val probed = seeker.probe.flatMap { product =>
        val at = java.util.Arrays.binarySearch(block.numbers, product)
        Option.when(at >= 0)(scores(offset + at).toDouble)
      }
      seeker.user -> Lists(any.result, fresh.result, probed)
    }
  }

  private def merge(a: Lists, b: Lists, topN: Int): Lists =
    Lists(mergeRanked(a.any, b.any, topN), mergeRanked(a.fresh, b.fresh, topN), a.probed ++ b.probed)

  private def mergeRanked(a: Array[Ranked], b: Array[Ranked], topN: Int): Array[Ranked] = {
    val selection = new Selection(topN)
    (a ++ b).foreach(selection.offer)
    selection.result
  }
}

/** Keeps the best `size` of what is offered. */
final class Selection(size: Int) {
  private val kept = new Array[Ranked](size)
  private var count = 0

  /** Scores below it cannot be among the best any more; a little lower than the last score, for that one is rounded. */
  def bar: Double = if (count < size) Double.NegativeInfinity else kept(count - 1).score - 1e-6

  def offer(candidate: Ranked): Unit =
    if (count < size || Ranking.isBefore(candidate, kept(count - 1))) {
      var position = if (count < size) count else count - 1
      while (position > 0 && Ranking.isBefore(candidate, kept(position - 1))) {
        kept(position) = kept(position - 1)
        position -= 1
      }
      kept(position) = candidate
      if (count < size) count += 1
    }

  /** Best first. */
  def result: Array[Ranked] = kept.take(count)
}
