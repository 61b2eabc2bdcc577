package cartograph.ranking

import cartograph.lists.RankingMeasures
import cartograph.platform.Parallel

/**
 * Labels of rows. A group has the rows of one user; rows are ranked within their group.
 *
 * @param relevant true for each row whose product the user bought next
 * @param groups   position of the first row of each group, and then the number of rows
 */
final case class RankingLabels(relevant: Array[Boolean], groups: Array[Int]) {
  def count: Int = relevant.length
  def groupCount: Int = math.max(0, groups.length - 1)

  /**
   * Sums NDCG@10 over the groups that have a relevant row, with the rows of each in the order of their scores, ties by row.
   *
   * @param scores by row, not NaN
   * @return 0 if there are no such groups
   */
  def ndcgSum(scores: Array[Double]): Double = {
    val noTies = new Array[Double](count)
    Parallel.map(groupCount) { group =>
      val rows = Array.range(groups(group), groups(group + 1))
      val correct = rows.filter(relevant)
      RowOrder.sort(rows, scores, noTies)
      if (correct.isEmpty) 0.0 else RankingMeasures.ndcg(rows, correct)
    }.sum
  }
}

object RankingLabels {
  /** Puts labels one after another; their groups stay apart. */
  def stacked(all: Seq[RankingLabels]): RankingLabels = {
    val sizes = all.flatMap(labels => labels.groups.zip(labels.groups.drop(1)).map { case (from, until) => until - from })
    RankingLabels(Array.concat(all.map(_.relevant): _*), sizes.scanLeft(0)(_ + _).toArray)
  }
}

/**
 * Rows to learn an order from.
 *
 * @param features row after row, `width` values each; finite
 */
final case class RankingRows(features: Array[Float], width: Int, labels: RankingLabels) {
  def count: Int = labels.count
}
