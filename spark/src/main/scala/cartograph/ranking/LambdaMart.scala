package cartograph.ranking

import scala.collection.mutable.ArrayBuffer

/**
 * The configuration of [[LambdaMart]].
 *
 * @param leaves       leaves of a tree, at most
 * @param levels       levels between the root and a leaf, at most: every row takes as many steps as the deepest leaf
 * @param learningRate factor of the value of a leaf
 * @param l2           added to the sum of the second derivatives of a leaf
 * @param leastRows    rows of a leaf, at least
 * @param featureShare share of the features that a tree may split on, drawn at random for each tree
 * @param groupShare   share of the groups that a tree learns from, drawn at random for each tree
 * @param depth        places of a list that count
 */
final case class LambdaMartConfig(
    leaves: Int = 15,
    levels: Int = 6,
    learningRate: Double = 0.1,
    l2: Double = 5,
    leastRows: Int = 50,
    featureShare: Double = 0.6,
    groupShare: Double = 0.5,
    depth: Int = 15
)

object LambdaMartConfig {
  /** Returns the configuration for so many rows. */
  def of(rows: RankingLabels): LambdaMartConfig =
    LambdaMartConfig(leastRows = math.max(5, math.min(50, rows.count / 1000)))
}

/**
 * Boosted trees that learn to order rows within groups: LambdaMART with the gain of NDCG (C. Burges: From RankNet to
 * LambdaRank to LambdaMART: An Overview, MSR-TR-2010-82), on histograms of 64 bins (Ke et al.: LightGBM, NIPS 2017).
 *
 * It runs on one machine, because it learns from a bounded sample. Threads share the work by features and by groups, so that
 * every sum is made in the same order on any number of threads: the same rows and seed give the same trees.
 *
 * Trees grow one after another. Each lowers the loss that the trees before it leave, so the first trees are the same however many
 * follow. An instance must be used by one thread only.
 *
 * @param rows   labels to learn from; may be empty
 * @param parts  bins of the rows, one after another, with the same edges; at least one. They are joined only while trees
 *               grow, so that several learners of the same parts take little memory while they wait
 * @param config how trees grow
 * @param seed   seed of every random choice
 * @throws IllegalArgumentException if rows and bins do not fit together
 */
final class LambdaMart(rows: RankingLabels, parts: Seq[FeatureBins], config: LambdaMartConfig, seed: Long) {
  import LambdaMart._

  private val width = parts.head.width
  private val binCount = parts.map(_.bins.length).sum
  require(
    binCount == rows.count * width && rows.groups.lastOption.contains(rows.count),
    s"Cannot learn: there are $binCount bins of $width features and groups up to " +
      s"${rows.groups.lastOption.getOrElse(0)}, should be ${rows.count} rows"
  )
  private val random = new java.util.Random(seed)
  private val gradients = new LambdaGradients(rows, config.depth)
  private val scores = new Array[Double](rows.count)
  private val features = math.max(1, math.round(width * config.featureShare).toInt)
  private val grown = ArrayBuffer.empty[BinnedTree]

  /** Returns the first trees, and grows those that are missing. @return `count` trees; none if there are no rows */
  def first(count: Int): Trees = Trees(upTo(count).map(_.tree).toArray)

  /**
   * Scores other rows by the first trees, and grows those that are missing.
   *
   * @param others with the same edges
   * @param counts ascending
   * @return for each count of trees, the score of each row; 0 if there was nothing to learn from
   */
  def scoresOf(others: FeatureBins, counts: Seq[Int]): Seq[Array[Double]] = {
    require(counts.sorted == counts, s"Cannot score: the counts of trees are $counts, should be ascending")
    val sums = new Array[Double](if (others.width == 0) 0 else others.bins.length / others.width)
    (0 +: counts).zip(counts).map { case (from, until) =>
      upTo(until).drop(from).foreach(_.addTo(sums, others))
      sums.clone
    }
  }

  private def upTo(count: Int): Seq[BinnedTree] = {
    if (rows.count > 0 && grown.size < count) {
      val bins = FeatureBins.stacked(parts)
      while (grown.size < count) grown += grow(bins)
    }
    grown.take(count).toSeq
  }

  private def grow(bins: FeatureBins): BinnedTree = {
    val chosen = divisible(shuffled(bins.width, random).take(features).sorted, bins)
    val groups = sampled(rows, config.groupShare, random)
    // Only the rows of these groups are learned from, so the others need no derivatives.
    gradients.compute(scores, groups)
    val tree = new TreeGrower(bins, gradients, chosen, config).grow(rowsOf(rows, groups))
    tree.addTo(scores, rowsOf(rows, Array.range(0, rows.groupCount).diff(groups)))
    tree.binned
  }
}

object LambdaMart {
  /**
   * Leaves out features that have all rows in one bin, because they divide nothing: in the list `new`, for example, the
   * user has bought no candidate. The first feature stays, because the totals of a leaf are the sums over its bins.
   */
  private def divisible(features: Array[Int], bins: FeatureBins): Array[Int] =
    features.take(1) ++ features.drop(1).filter(bins.edges(_).nonEmpty)

  /** Returns 0 until `count`, shuffled (Fisher, Yates). */
  private def shuffled(count: Int, random: java.util.Random): Array[Int] = {
    val order = Array.range(0, count)
    for (last <- count - 1 to 1 by -1) {
      val other = random.nextInt(last + 1)
      val kept = order(last)
      order(last) = order(other)
      order(other) = kept
    }
    order
  }

  /** Draws a share of the groups, in order; all groups if none with rows is drawn. */
  private def sampled(rows: RankingLabels, share: Double, random: java.util.Random): Array[Int] = {
    val all = Array.range(0, rows.groupCount)
    val drawn = all.filter(_ => random.nextDouble() < share)
    if (drawn.exists(group => rows.groups(group) < rows.groups(group + 1))) drawn else all
  }

  /** Returns the rows of the groups, in order. */
  private def rowsOf(rows: RankingLabels, groups: Array[Int]): Array[Int] = {
    val found = new Array[Int](groups.map(group => rows.groups(group + 1) - rows.groups(group)).sum)
    var count = 0
    groups.foreach { group =>
      var row = rows.groups(group)
      while (row < rows.groups(group + 1)) {
        found(count) = row
        count += 1
        row += 1
      }
    }
    found
  }
}
