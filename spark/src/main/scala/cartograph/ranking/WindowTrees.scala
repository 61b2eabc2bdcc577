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
   * For each window but the older ones, the trees that learned from the other windows; all are None if for any window the others have
   * too few users.
   *
   * All ensembles have the same number of trees: if, over the users of all windows, [[Early]] trees order candidates no better than
   * half as many do, no more are grown, because they would only learn by heart.
   */
  lazy val withoutEach: Seq[Option[Trees]] = {
    val measured = labels.indices.take(measuredCount)
    val others = measured.map(window => labels.indices.filter(_ != window))
    if (others.exists(_.map(labels(_).groupCount).sum < LeastLearners)) measured.map(_ => None)
    else {
      val learners = others.map(learner)
      val ndcg = measured.zip(learners).map { case (window, trees) =>
        trees.scoresOf(bins(window), Seq(Early / 2, Early)).map(labels(window).ndcgSum)
      }
      val isBetter = ndcg.map(found => found.last - found.head).sum > 0
      learners.map(trees => Some(trees.first(if (isBetter) Most else Early)))
    }
  }

  /** Grows trees that learn from all windows, older ones too. @param count at most [[WindowTrees.Most]] */
  def whole(count: Int): Trees = learner(labels.indices).first(count)

  private def learner(windows: Seq[Int]): LambdaMart = {
    val rows = RankingLabels.stacked(windows.map(labels))
    // Each set of windows has a seed of its own.
    val own = seed + windows.map(window => 1L << (labels.size - 1 - window)).sum
    new LambdaMart(rows, windows.map(bins), LambdaMartConfig.of(rows), own)
  }
}

private[ranking] object WindowTrees {
  /** Number of trees of an ensemble, at most. */
  val Most: Int = 100
  /** Number of trees after which it is decided whether more are grown. */
  val Early: Int = 50
  /** With fewer users in the other windows, trees do not learn. */
  private val LeastLearners = 25
}
