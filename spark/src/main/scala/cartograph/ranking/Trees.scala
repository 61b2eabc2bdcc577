package cartograph.ranking

/**
 * A regression tree over rows of features, as parallel arrays; node 0 is the root.
 *
 * @param feature   column that a node looks at; -1 for a leaf
 * @param threshold a row goes left if its value is at most this
 * @param children  left child; the right one follows it
 * @param value     of a leaf
 */
final case class Tree(feature: Array[Int], threshold: Array[Float], children: Array[Int], value: Array[Double]) {
  // Leaves lead to themselves, so that every row takes as many steps as the deepest one: a processor guesses no branch
  // wrong, and works on several rows at once.
  @transient private lazy val column = feature.map(math.max(_, 0))
  @transient private lazy val limit =
    threshold.indices.map(node => if (feature(node) < 0) Float.PositiveInfinity else threshold(node)).toArray
  @transient private lazy val next = children.indices.map(node => if (feature(node) < 0) node else children(node)).toArray
  @transient private lazy val depth: Int = {
    def below(node: Int): Int = if (feature(node) < 0) 0 else 1 + math.max(below(children(node)), below(children(node) + 1))
    below(0)
  }

  /** Adds what it says of the rows from..until (exclusive) to their scores; values are finite. */
  def addTo(scores: Array[Double], rows: Array[Float], width: Int, from: Int, until: Int): Unit = {
    val (columns, limits, nexts, steps) = (column, limit, next, depth)
    var row = from
    while (row < until) {
      val offset = row * width
      var (node, step) = (0, 0)
      while (step < steps) {
        node = nexts(node) + (if (rows(offset + columns(node)) > limits(node)) 1 else 0)
        step += 1
      }
      scores(row) += value(node)
      row += 1
    }
  }
}

/** The sum of many small trees. */
final case class Trees(trees: Array[Tree]) {

  /** The score of each row; `rows` lie one behind the other, `width` values each. */
  def scores(rows: Array[Float], width: Int): Array[Double] = {
    val sums = new Array[Double](rows.length / width)
    trees.foreach(_.addTo(sums, rows, width, 0, sums.length))
    sums
  }
}
