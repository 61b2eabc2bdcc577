package cartograph.ranking

import cartograph.features.{Candidates, Features}
import cartograph.lists.{ListKind, Ranking}

/**
 * Scores candidates by trees in two steps. A few trees of every ensemble score all candidates; the others score only those that
 * are best so far. Few trees are enough to see that most candidates never come near the ten places of a list (Wang, Lin and
 * Metzler: A Cascade Ranking Model for Efficient Ranked Retrieval, SIGIR 2011).
 */
object Cascade {
  /** Trees of each ensemble that score all candidates. */
  val First: Int = 10
  /** Candidates that all trees score, at most. */
  val Kept: Int = 200
  /** Lower than the score of any candidate that all trees scored. */
  private val Below = 1e6

  /**
   * Returns the mean score of the ensembles after each of `sizes` trees.
   *
   * @param ensembles at least one, each of at least `sizes.last` trees
   * @param sizes     ascending, not empty
   * @param list      only candidates that it admits are scored; the order of the others is not defined
   * @return for each size, the score of each candidate. Those that only the first trees scored come after the others, in the order
   *         of these trees
   */
  def scores(ensembles: Seq[Trees], sizes: Seq[Int], candidates: Candidates, list: ListKind): Seq[Array[Double]] = {
    val means = new Array[Double](candidates.size)
    var rows = candidates.admittedBy(list)
    var features = picked(candidates.features, rows)
    var sums = ensembles.map(_ => new Array[Double](rows.length))
    val found = Seq.newBuilder[Array[Double]]
    val stops = (First +: sizes).distinct.filter(_ <= sizes.last).sorted
    for ((from, until) <- (0 +: stops).zip(stops)) {
      ensembles.zip(sums).foreach { case (ensemble, sum) => ensemble.between(from, until).addTo(sum, features, Features.Width) }
      rows.indices.foreach(at => means(rows(at)) = 0)
      sums.foreach(sum => rows.indices.foreach(at => means(rows(at)) += sum(at)))
      rows.indices.foreach(at => means(rows(at)) /= ensembles.size)
      if (sizes.contains(until)) found += means.clone
      if (until == First && rows.length > Kept) {
        val kept = best(rows, means)
        val keptRows = kept.map(rows)
        rows.foreach(row => if (java.util.Arrays.binarySearch(keptRows, row) < 0) means(row) -= Below)
        features = picked(features, kept)
        sums = sums.map(sum => kept.map(sum))
        rows = keptRows
      }
    }
    found.result()
  }

  /** Returns the places in `rows` of those with the highest scores, ascending. */
  private def best(rows: Array[Int], scores: Array[Double]): Array[Int] = {
    val rounded = rows.map(row => Ranking.rounded(scores(row)))
    val order = Array.range(0, rows.length)
    RowOrder.sort(order, rounded, new Array[Double](rows.length))
    order.take(Kept).sorted
  }

  private def picked(features: Array[Float], rows: Array[Int]): Array[Float] = {
    val width = Features.Width
    val found = new Array[Float](rows.length * width)
    rows.indices.foreach(at => System.arraycopy(features, rows(at) * width, found, at * width, width))
    found
  }
}
