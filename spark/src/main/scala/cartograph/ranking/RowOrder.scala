package cartograph.ranking

/**
 * Sorts the rows of candidates by score. Every user's candidates are sorted several times, so it makes no object per row.
 */
private[ranking] object RowOrder {

  /**
   * Sorts rows, best first: by score, then by `ties`, both highest first, then by row.
   *
   * @param rows   row numbers, ascending; the array is reordered
   * @param scores by row, not NaN
   * @param ties   by row, not NaN
   */
  def sort(rows: Array[Int], scores: Array[Double], ties: Array[Double]): Unit = {
    var from = rows
    var to = new Array[Int](rows.length)
    var width = 1
    // Merges neighbouring runs of sorted rows until one run is left. Merging keeps the order of equal rows.
    while (width < rows.length) {
      var start = 0
      while (start < rows.length) {
        merge(from, to, start, math.min(start + width, rows.length), math.min(start + 2 * width, rows.length), scores, ties)
        start += 2 * width
      }
      val merged = to
      to = from
      from = merged
      width *= 2
    }
    if (from ne rows) System.arraycopy(from, 0, rows, 0, rows.length)
  }

  private def merge(
      from: Array[Int],
      to: Array[Int],
      start: Int,
      middle: Int,
      until: Int,
      scores: Array[Double],
      ties: Array[Double]
  ): Unit = {
    var left = start
    var right = middle
    var at = start
    while (at < until) {
      val takesLeft = right >= until || (left < middle && !isBefore(from(right), from(left), scores, ties))
      if (takesLeft) { to(at) = from(left); left += 1 }
      else { to(at) = from(right); right += 1 }
      at += 1
    }
  }

  private def isBefore(a: Int, b: Int, scores: Array[Double], ties: Array[Double]): Boolean =
    if (scores(a) != scores(b)) scores(a) > scores(b) else ties(a) > ties(b)
}
