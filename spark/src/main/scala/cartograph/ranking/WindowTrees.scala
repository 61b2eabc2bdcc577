package cartograph.ranking

/**
 * Grows the trees of one list from samples of several windows.
 *
 * @param samples of each window, newest first
 * @param seed    of every random choice
 * @param before  the trees that learned from all windows but the newest, if they exist already
 */
private[ranking] final class WindowTrees(samples: Seq[RankingRows], seed: Long, before: Option[Trees]) {
  import WindowTrees._

  /** The bins of all windows have the same edges, so each value is put into its bin once. */
  private lazy val bins = FeatureBins.of(samples)

  /** For each window, the trees that learned from the other windows; None if these have too few users. */
  lazy val withoutEach: Seq[Option[Trees]] = samples.indices.map { window =>
    if (window == 0 && before.nonEmpty) before else grown(samples.indices.filter(_ != window))
  }

  /** The trees that learned from all windows. */
  lazy val whole: Trees = grow(samples.indices)

  private def grown(windows: Seq[Int]): Option[Trees] =
    Option.when(windows.map(samples(_).groupCount).sum >= LeastLearners)(grow(windows))

  private def grow(windows: Seq[Int]): Trees = {
    val rows = windows.map(samples)
    // Windows count from the oldest, so that the seed stays the same when a newer window is added.
    val own = seed + windows.map(window => 1L << (samples.size - 1 - window)).sum
    LambdaMart.fit(RankingSamples.stacked(rows), FeatureBins.stacked(windows.map(bins)), LambdaMartConfig.of(rows, Most), own)
  }
}

private[ranking] object WindowTrees {
  /** Number of trees that are grown. */
  val Most: Int = 100
  /** With fewer users in the other windows, trees do not learn. */
  private val LeastLearners = 25
}
