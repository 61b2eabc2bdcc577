package cartograph.ranking

import cartograph.platform.Parallel

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
  /** The highest bin of the rows that go to the left child; a leaf has no child, and its rows stay. */
  private val limit = Array.fill(nodes)(Byte.MaxValue)
  private val next = Array.range(0, nodes)
  private val column = new Array[Int](nodes)
  private var leaves = Vector.empty[Leaf]

  /** Grows the tree. @param order numbers of the rows to learn from; the array is reordered */
  def grow(order: Array[Int]): Tree = {
    val root = new Leaf(0, 0, Span(0, order.length), histograms.build(order, 0, order.length))
    @scala.annotation.tailrec
    def growing(leaves: Vector[Leaf], used: Int): Int = {
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
          this.leaves = leaves
          leaves.foreach(setValue)
          used
      }
    }
    val used = growing(Vector(root), 1)
    Tree(feature.take(used), threshold.take(used), children.take(used), value.take(used), gain.take(used))
  }

  /**
   * Adds the values of the leaves to the scores of rows, as [[Tree.addTo]] does by the values of features. It is several times as
   * fast: of the rows that were learned from the leaves are known, and the bins of another row are side by side in a quarter of the
   * memory.
   *
   * @param order  the rows that the tree was grown on, as `grow` left them
   * @param others numbers of other rows
   */
  def addTo(scores: Array[Double], order: Array[Int], others: Array[Int]): Unit = {
    leaves.foreach { leaf =>
      val added = value(leaf.node)
      var at = leaf.rows.from
      while (at < leaf.rows.until) {
        scores(order(at)) += added
        at += 1
      }
    }
    val steps = leaves.map(_.level).max
    Parallel.foreachRange(others.length)((from, until) => addRange(scores, others, from, until, steps))
  }

  private def addRange(scores: Array[Double], rows: Array[Int], from: Int, until: Int, steps: Int): Unit = {
    val (columns, limits, nexts, binOf, width) = (column, limit, next, bins.bins, bins.width)
    var at = from
    while (at < until) {
      val row = rows(at) * width
      var node, step = 0
      while (step < steps) {
        node = nexts(node) + (if (binOf(row + columns(node)) > limits(node)) 1 else 0)
        step += 1
      }
      scores(rows(at)) += value(node)
      at += 1
    }
  }

  private def divide(leaf: Leaf, split: Split, order: Array[Int], firstChild: Int): (Leaf, Leaf) = {
    val column = chosen(split.slot)
    val middle = partition(order, leaf.rows, column, split.bin)
    feature(leaf.node) = column
    threshold(leaf.node) = bins.edges(column)(split.bin)
    children(leaf.node) = firstChild
    this.column(leaf.node) = column
    limit(leaf.node) = split.bin.toByte
    next(leaf.node) = firstChild
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
