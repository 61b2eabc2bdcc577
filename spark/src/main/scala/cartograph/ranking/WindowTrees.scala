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

  /** For each window but the older ones, the trees that learned from the other windows; None if these have too few users. */
  lazy val withoutEach: Seq[Option[Trees]] = labels.indices.take(measuredCount).map { window =>
    val others = labels.indices.filter(_ != window)
    Option.when(others.map(labels(_).groupCount).sum >= LeastLearners)(grow(others, Most))
  }

  /** Grows trees that learn from all windows, older ones too. @param count at most [[WindowTrees.Most]] */
  def whole(count: Int): Trees = grow(labels.indices, count)

  private def grow(windows: Seq[Int], count: Int): Trees = {
    val rows = RankingLabels.stacked(windows.map(labels))
    // Each set of windows has a seed of its own.
    val own = seed + windows.map(window => 1L << (labels.size - 1 - window)).sum
    LambdaMart.fit(rows, FeatureBins.stacked(windows.map(bins)), LambdaMartConfig.of(rows, count), own)
  }
}

private[ranking] object WindowTrees {
  /** Number of trees of an ensemble, at most. */
  val Most: Int = 100
  /** With fewer users in the other windows, trees do not learn. */
  private val LeastLearners = 25
}
