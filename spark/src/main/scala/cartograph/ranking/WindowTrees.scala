package cartograph.ranking

/**
 * Grows the trees of one list from samples of several windows.
 *
 * @param samples of each window, newest first
 * @param seed    of every random choice
 * @param older   of windows before those, which are only learned from
 */
private[ranking] final class WindowTrees(samples: Seq[RankingRows], seed: Long, older: Seq[RankingRows] = Nil) {
  import WindowTrees._

  /** The bins of all windows have the same edges, so each value is put into its bin once. The features are not kept. */
  private val bins = FeatureBins.of(samples ++ older)
  private val labels = (samples ++ older).map(_.labels)
  private val measuredCount = samples.size

  /**
   * For each window but the older ones, the trees that learned from the other windows; None if these have too few users.
   *
   * All have as many trees. Where [[Early]] trees order the users of the windows that they did not learn from no better than half
   * as many do, more trees would only learn by heart, so none are grown.
   */
  lazy val withoutEach: Seq[Option[Trees]] = {
    val leftOut = labels.indices.take(measuredCount).map { window =>
      val others = labels.indices.filter(_ != window)
      Option.when(others.map(labels(_).groupCount).sum >= LeastLearners)(window -> learner(others))
    }
    val ndcg = leftOut.flatten.map { case (window, trees) =>
      trees.scoresOf(bins(window), Seq(Early / 2, Early)).map(labels(window).ndcgSum)
    }
    val isBetter = ndcg.map(found => found.last - found.head).sum > 0
    leftOut.map(_.map { case (_, trees) => trees.first(if (isBetter) Most else Early) })
  }

  /** Grows trees that learn from all windows, older ones too. @param count at most [[WindowTrees.Most]] */
  def whole(count: Int): Trees = learner(labels.indices).first(count)

  private def learner(windows: Seq[Int]): LambdaMart = {
    val rows = RankingLabels.stacked(windows.map(labels))
    // Each set of windows has a seed of its own.
    val own = seed + windows.map(window => 1L << (labels.size - 1 - window)).sum
    new LambdaMart(rows, FeatureBins.stacked(windows.map(bins)), LambdaMartConfig.of(rows), own)
  }
}

private[ranking] object WindowTrees {
  /** Number of trees of an ensemble, at most. */
  val Most: Int = 100
  /** After so many trees it shows whether more would be better. */
  val Early: Int = 50
  /** With fewer users in the other windows, trees do not learn. */
  private val LeastLearners = 25
}
