package cartograph.ranking

/**
 * Rows to learn an order from.
 *
 * @param features row after row, `width` values each; finite
 * @param relevant of each row
 * @param groups   positions at which each user's rows begin, and then the number of rows: rows are ranked within their group
 */
final case class RankingRows(features: Array[Float], width: Int, relevant: Array[Boolean], groups: Array[Int]) {
  def count: Int = relevant.length
  def groupCount: Int = math.max(0, groups.length - 1)
}
