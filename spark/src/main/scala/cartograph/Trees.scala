package cartograph

/**
 * A regression tree over rows of features, as parallel arrays; node 0 is the root.
 *
 * @param feature   column that a node looks at; -1 for a leaf
 * @param threshold a row goes left if its value is at most this
 * @param children  left child; the right one follows it
 * @param value     of a leaf
 */
final case class Tree(feature: Array[Int], threshold: Array[Float], children: Array[Int], value: Array[Double]) {

  def apply(rows: Array[Float], offset: Int): Double = {
    @scala.annotation.tailrec
    def descend(node: Int): Double =
      if (feature(node) < 0) value(node)
      else descend(if (rows(offset + feature(node)) <= threshold(node)) children(node) else children(node) + 1)
    descend(0)
  }
}

/** The sum of many small trees. */
final case class Trees(trees: Array[Tree]) {

  /** @param rows row after row; the score is of the row that begins at `offset` */
  def apply(rows: Array[Float], offset: Int): Double = {
    var (sum, tree) = (0.0, 0)
    while (tree < trees.length) {
      sum += trees(tree)(rows, offset)
      tree += 1
    }
    sum
  }
}
