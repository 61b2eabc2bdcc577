package cartograph.ranking

/**
 * A regression tree over rows of features, as parallel arrays by node; node 0 is the root.
 *
 * @param feature   column that a node compares; -1 for a leaf
 * @param threshold a row goes to the left child if its value is at most this
 * @param children  number of the left child; the right one follows it
 * @param value     of a leaf, added to the score of a row
 * @param gain      twice the amount by which the split of a node lowered the loss; 0 for a leaf
 */
final case class Tree(
    feature: Array[Int],
    threshold: Array[Float],
    children: Array[Int],
    value: Array[Double],
    gain: Array[Double]
) {
  // In these copies a leaf leads to itself, so that every row takes as many steps as the deepest leaf needs. The loop in `addTo`
  // then has no branch that a processor could mispredict.
  @transient private lazy val column = feature.map(math.max(_, 0))
  @transient private lazy val limit =
    threshold.indices.map(node => if (feature(node) < 0) Float.PositiveInfinity else threshold(node)).toArray
  @transient private lazy val next = children.indices.map(node => if (feature(node) < 0) node else children(node)).toArray
  @transient private lazy val depth: Int = {
    def below(node: Int): Int = if (feature(node) < 0) 0 else 1 + math.max(below(children(node)), below(children(node) + 1))
    below(0)
  }

  /**
   * Adds the values of the leaves that rows reach to their scores.
   *
   * @param rows  row after row, `width` values each; finite
   * @param from  the first row
   * @param until the row after the last one
   */
  def addTo(scores: Array[Double], rows: Array[Float], width: Int, from: Int, until: Int): Unit = {
    val (columns, limits, nexts, steps) = (column, limit, next, depth)
    // All rows take a step before any takes the next: neighbouring steps do not wait for each other.
    val nodes = new Array[Int](until - from)
    var step = 0
    while (step < steps) {
      var at = 0
      while (at < nodes.length) {
        val node = nodes(at)
        nodes(at) = nexts(node) + (if (rows((from + at) * width + columns(node)) > limits(node)) 1 else 0)
        at += 1
      }
      step += 1
    }
    nodes.indices.foreach(at => scores(from + at) += value(nodes(at)))
  }
}

/** An ensemble: the score of a row is the sum over the trees. */
final case class Trees(trees: Array[Tree]) {

  /** Returns the ensemble that it was after so many trees were grown. */
  def first(count: Int): Trees = Trees(trees.take(count))

  /** Returns the trees from the one at `from` to before the one at `until`. */
  def between(from: Int, until: Int): Trees = Trees(trees.slice(from, until))

  /** @param rows row after row, `width` values each; finite */
  def scores(rows: Array[Float], width: Int): Array[Double] = {
    val sums = new Array[Double](rows.length / width)
    addTo(sums, rows, width)
    sums
  }

  /** Adds the score of each row. */
  def addTo(scores: Array[Double], rows: Array[Float], width: Int): Unit = {
    var from = 0
    while (from < scores.length) {
      val until = math.min(from + Trees.RowsAtOnce, scores.length)
      trees.foreach(_.addTo(scores, rows, width, from, until))
      from = until
    }
  }

  /** Sums the gains of the splits by column. @return `width` values */
  def gains(width: Int): Array[Double] = {
    val sums = new Array[Double](width)
    for (tree <- trees; node <- tree.feature.indices if tree.feature(node) >= 0) sums(tree.feature(node)) += tree.gain(node)
    sums
  }
}

object Trees {
  /** So many rows of some 60 features stay in the fastest cache of a core while all trees score them. */
  private val RowsAtOnce = 64
}
