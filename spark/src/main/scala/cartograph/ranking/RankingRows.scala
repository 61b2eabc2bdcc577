package cartograph.ranking

/**
 * Rows to learn an order from. A group has the rows of one user; rows are ranked within their group.
 *
 * @param features row after row, `width` values each; finite
 * @param relevant true for each row whose product the user bought next
 * @param groups   position of the first row of each group, and then the number of rows
 */
final case class RankingRows(features: Array[Float], width: Int, relevant: Array[Boolean], groups: Array[Int]) {
  def count: Int = relevant.length
  def groupCount: Int = math.max(0, groups.length - 1)
}
