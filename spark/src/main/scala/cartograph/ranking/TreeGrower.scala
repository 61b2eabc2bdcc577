package cartograph.ranking

import cartograph.platform.Parallel

/**
 * A tree that scores rows by their bins, which take a quarter of the memory of their features.
 *
 * @param limits by node, the highest bin of the rows that go to the left child
 */
private[ranking] final class BinnedTree(val tree: Tree, limits: Array[Byte]) {

  /**
   * Adds the values of the leaves that rows reach to their scores, as [[Tree.addTo]] does.
   *
   * @param bins of all rows, with the edges that the tree was grown on
   */
  def addTo(scores: Array[Double], bins: FeatureBins): Unit =
    Parallel.foreachRange(scores.length) { (from, until) =>
      var row = from
      while (row < until) {
        addRow(scores, bins, row)
        row += 1
      }
    }

  /** Does so for some rows. @param rows their numbers */
  def addTo(scores: Array[Double], bins: FeatureBins, rows: Array[Int]): Unit =
    Parallel.foreachRange(rows.length) { (from, until) =>
      var at = from
      while (at < until) {
        addRow(scores, bins, rows(at))
        at += 1
      }
    }

  private def addRow(scores: Array[Double], bins: FeatureBins, row: Int): Unit = {
    var node = 0
    while (tree.feature(node) >= 0) {
      val bin = bins.bins(row * bins.width + tree.feature(node))
      node = tree.children(node) + (if (bin > limits(node)) 1 else 0)
    }
    scores(row) += tree.value(node)
  }
}

/**
 * A tree, and the rows that it was grown on.
 *
 * @param bins   of all rows
 * @param order  numbers of the rows that the tree was grown on, leaf by leaf
 * @param leaves value and rows of each leaf
 */
private[ranking] final class GrownTree(
    val binned: BinnedTree,
    bins: FeatureBins,
    order: Array[Int],
    leaves: Seq[(Double, TreeGrower.Span)]
) {
  /**
   * Adds the values of leaves to the scores of rows. The leaves of the rows that the tree was grown on are known already.
   *
   * @param others numbers of the other rows
   */
  def addTo(scores: Array[Double], others: Array[Int]): Unit = {
    leaves.foreach { case (value, rows) =>
      var at = rows.from
      while (at < rows.until) {
        scores(order(at)) += value
        at += 1
      }
    }
    binned.addTo(scores, bins, others)
  }
}

/**
 * Grows one tree, once: it splits the leaf whose best split gains most, until the tree has enough leaves or no split gains anything.
 *
 * @param chosen features that the tree may split on, ascending
 */
private[ranking] final class TreeGrower(
    bins: FeatureBins,
    gradients: LambdaGradients,
    chosen: Array[Int],
    config: LambdaMartConfig
) {
  import TreeGrower.Span

  /** A leaf that may still be split. */
  private final class Leaf(val node: Int, val level: Int, val rows: Span, val histogram: Histogram) {
    val split: Option[Split] = if (level < config.levels) splits.best(histogram) else None
  }

  private val histograms = new HistogramBuilder(bins, gradients, chosen)
  private val splits = new SplitFinder(chosen.map(bins.edges(_).length), config)

  private val nodes = 2 * config.leaves
  private val feature = Array.fill(nodes)(-1)
  private val threshold = new Array[Float](nodes)
  private val children = new Array[Int](nodes)
  private val value = new Array[Double](nodes)
  private val gain = new Array[Double](nodes)
  private val bin = new Array[Byte](nodes)

  /** Grows the tree. @param order numbers of the rows to learn from; the array is reordered */
  def grow(order: Array[Int]): GrownTree = {
    val root = new Leaf(0, 0, Span(0, order.length), histograms.build(order, 0, order.length))
    @scala.annotation.tailrec
    def growing(leaves: Vector[Leaf], used: Int): (Vector[Leaf], Int) = {
      val best = for {
        leaf <- leaves.filter(_.split.nonEmpty).maxByOption(_.split.fold(0.0)(_.gain))
        split <- leaf.split
        if leaves.size < config.leaves
      } yield leaf -> split
      best match {
        case Some((leaf, split)) =>
          val (left, right) = divide(leaf, split, order, used)
          growing(leaves.filterNot(_ eq leaf) :+ left :+ right, used + 2)
        case None =>
          leaves.foreach(setValue)
          leaves -> used
      }
    }
    val (leaves, used) = growing(Vector(root), 1)
    val tree = Tree(feature.take(used), threshold.take(used), children.take(used), value.take(used), gain.take(used))
    new GrownTree(new BinnedTree(tree, bin.take(used)), bins, order, leaves.map(leaf => value(leaf.node) -> leaf.rows))
  }

  private def divide(leaf: Leaf, split: Split, order: Array[Int], firstChild: Int): (Leaf, Leaf) = {
    val column = chosen(split.slot)
    val middle = partition(order, leaf.rows, column, split.bin)
    feature(leaf.node) = column
    threshold(leaf.node) = bins.edges(column)(split.bin)
    children(leaf.node) = firstChild
    bin(leaf.node) = split.bin.toByte
    gain(leaf.node) = split.gain
    val (leftRows, rightRows) = (Span(leaf.rows.from, middle), Span(middle, leaf.rows.until))
    // Only the smaller side is counted: the histogram of the other side is the difference from that of the leaf.
    val leftIsSmaller = leftRows.size <= rightRows.size
    val smaller = if (leftIsSmaller) leftRows else rightRows
    val counted = histograms.build(order, smaller.from, smaller.until)
    val rest = leaf.histogram.minus(counted)
    val (left, right) = if (leftIsSmaller) (counted, rest) else (rest, counted)
    (new Leaf(firstChild, leaf.level + 1, leftRows, left), new Leaf(firstChild + 1, leaf.level + 1, rightRows, right))
  }

  /**
   * Moves the rows of a leaf whose bin is at most `bin` to the left of the others. Each side keeps its order, because the order
   * of rows is the order of sums.
   *
   * @return the position at which the right side begins
   */
  private def partition(order: Array[Int], rows: Span, column: Int, bin: Int): Int = {
    val right = new Array[Int](rows.size)
    var (kept, moved, at) = (rows.from, 0, rows.from)
    while (at < rows.until) {
      val row = order(at)
      if (bins.bins(row * bins.width + column) <= bin) { order(kept) = row; kept += 1 }
      else { right(moved) = row; moved += 1 }
      at += 1
    }
    System.arraycopy(right, 0, order, kept, moved)
    kept
  }

  /** Sets the value that lowers the loss most: -G / (H + l2), times the learning rate. */
  private def setValue(leaf: Leaf): Unit = {
    val totals = leaf.histogram.totals
    value(leaf.node) = -config.learningRate * totals.first / (totals.second + config.l2)
  }
}

private object TreeGrower {
  /** The rows of a leaf: those at from..until (exclusive) of the order. */
  final case class Span(from: Int, until: Int) {
    def size: Int = until - from
  }
}
