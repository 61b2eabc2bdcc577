package cartograph.ranking

import scala.util.hashing.MurmurHash3

import org.apache.spark.rdd.RDD

import cartograph.features.Features
import cartograph.lists.ListKind
import cartograph.platform.ByKey

/** Draws the rows that trees learn from. */
private[ranking] object RankingSamples {
  /** Users of a window that trees learn from, or that scorers are compared on, at most. */
  val MaxUsers: Int = 5000
  /** Randomly drawn candidates of a user that were not bought. */
  val Others: Int = 60
  /** As many, where an older window is learned from too. */
  val FewerOthers: Int = 40

  /** Orders users by a hash of their numbers and the salt. */
  def byChance[Row](salt: Int): Ordering[(Int, Row)] = Ordering.by(row => (MurmurHash3.mix(salt, row._1), row._1))

  /**
   * Draws users who bought at least one of their candidates, and of each all these candidates and some of the others.
   *
   * @param others number of the other candidates of a user, at most
   */
  def sample(window: RDD[(Int, Labelled)], list: ListKind, seed: Long, others: Int = Others): RankingRows = {
    val users = window.flatMap { case (user, labelled) =>
      val rows = sampleOf(labelled, list, new java.util.Random(seed * 1000003L + user), others)
      Option.when(rows.labels.relevant.contains(true))(user -> rows)
    }.takeOrdered(MaxUsers)(byChance(seed.toInt))
    stacked(ByKey.values(users).toSeq)
  }

  private def sampleOf(labelled: Labelled, list: ListKind, random: java.util.Random, most: Int): RankingRows = {
    val candidates = labelled.candidates
    val (bought, others) = candidates.admittedBy(list).partition(row => labelled.isRelevant(candidates.products(row)))
    // A random number and the row in one number, so that sorting allocates no objects.
    val drawn = others.map(row => random.nextInt().toLong << 32 | row)
    java.util.Arrays.sort(drawn)
    val rows = (bought ++ drawn.take(most).map(_.toInt)).sorted
    val features = new Array[Float](rows.length * Features.Width)
    rows.indices.foreach { index =>
      System.arraycopy(candidates.features, rows(index) * Features.Width, features, index * Features.Width, Features.Width)
    }
    RankingRows(
      features = features,
      width = Features.Width,
      labels = RankingLabels(rows.map(row => labelled.isRelevant(candidates.products(row))), Array(0, rows.length))
    )
  }

  private def stacked(samples: Seq[RankingRows]): RankingRows = RankingRows(
    features = Array.concat(samples.map(_.features): _*),
    width = Features.Width,
    labels = RankingLabels.stacked(samples.map(_.labels))
  )
}
