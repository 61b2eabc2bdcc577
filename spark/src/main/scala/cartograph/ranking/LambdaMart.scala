package cartograph.ranking

import java.util.stream.IntStream

/**
 * Rows to learn an order from.
 *
 * @param features row after row, `width` each; finite
 * @param relevant of each row
 * @param groups   where each user's rows begin, and behind the last the number of rows: rows are ranked within their group
 */
final case class RankingRows(features: Array[Float], width: Int, relevant: Array[Boolean], groups: Array[Int]) {
  def count: Int = relevant.length
}

/**
 * @param trees        in each ensemble
 * @param leaves       of a tree, at most
 * @param levels       between the root and a leaf, at most: every row takes as many steps as the deepest leaf
 * @param learningRate what a tree's answer is multiplied by
 * @param l2           added to the sum of second derivatives of a leaf
 * @param leastRows    of a leaf
 * @param featureShare share of the features that a tree may look at, by chance
 * @param groupShare   share of the groups that a tree learns from, by chance
 * @param depth        places of a list that count
 */
final case class LambdaMartConfig(
    trees: Int = 100,
    leaves: Int = 15,
    levels: Int = 6,
    learningRate: Double = 0.1,
    l2: Double = 5,
    leastRows: Int = 50,
    featureShare: Double = 0.6,
    groupShare: Double = 0.5,
    depth: Int = 15
)

/**
 * Boosted trees that learn to order rows within groups: LambdaMART with the gain of NDCG (C. Burges: From RankNet to
 * LambdaRank to LambdaMART, MSR-TR-2010-82), on histograms of 64 bins (Ke et al.: LightGBM, NIPS 2017).
 *
 * On one machine, for it learns from a bounded sample. Threads share the work by features, so that every sum is made in
 * the same order whatever their number: the same rows and seed give the same trees.
 */
object LambdaMart {
  private val Bins = 64
  /** Rows that bins are made from: evenly spread, about so many. */
  private val EdgeRows = 20000
  private val RowsPerTask = 8192

  /** @throws IllegalArgumentException if the arrays do not fit together */
  def fit(rows: RankingRows, config: LambdaMartConfig, seed: Long): Trees = {
    require(
      rows.features.length == rows.count * rows.width && rows.groups.lastOption.contains(rows.count),
      s"Cannot learn: there are ${rows.features.length} values of ${rows.width} features and groups up to " +
        s"${rows.groups.lastOption.getOrElse(0)}, should be ${rows.count} rows"
    )
    val random = new java.util.Random(seed)
    val edges = parallel(rows.width)(feature => edgesOf(rows, feature))
    val binned = parallel(rows.width)(feature => bin(rows, feature, edges(feature)))
    val gradients = new Gradients(rows, config.depth)
    val scores = new Array[Double](rows.count)
    val features = math.max(1, math.round(rows.width * config.featureShare).toInt)
    val trees = Array.fill(if (rows.count == 0) 0 else config.trees) {
      gradients.compute(scores)
      val chosen = shuffled(rows.width, random).take(features).sorted
      val sample = sampled(rows, config.groupShare, random)
      val tree = new Growing(binned, edges, gradients, chosen, config).grow(sample)
      addTo(scores, rows, tree)
      tree
    }
    Trees(trees)
  }

  private def parallel[Result: scala.reflect.ClassTag](count: Int)(body: Int => Result): Array[Result] = {
    val results = new Array[Result](count)
    IntStream.range(0, count).parallel().forEach(index => results(index) = body(index))
    results
  }

  /** Ascending; at most 63, between values or at quantiles. */
  private def edgesOf(rows: RankingRows, feature: Int): Array[Float] = {
    val step = math.max(1, rows.count / EdgeRows)
    val sorted = Array.tabulate((rows.count + step - 1) / step)(index => rows.features(index * step * rows.width + feature))
    java.util.Arrays.sort(sorted)
    val distinct = firstDistinct(sorted, Bins + 1)
    if (distinct.length <= Bins) distinct.zip(distinct.drop(1)).map { case (a, b) => a + (b - a) / 2 }
    else {
      val quantiles = (1 until Bins).map(part => sorted((part.toLong * sorted.length / Bins).toInt)).distinct
      quantiles.filter(_ < sorted.last).toArray
    }
  }

  /** The different values of a sorted array, at most `most` of them. */
  private def firstDistinct(sorted: Array[Float], most: Int): Array[Float] = {
    val found = Array.newBuilder[Float]
    var (count, at) = (0, 0)
    while (at < sorted.length && count < most) {
      if (at == 0 || sorted(at) != sorted(at - 1)) {
        found += sorted(at)
        count += 1
      }
      at += 1
    }
    found.result()
  }

  /** The number of edges below each row's value. */
  private def bin(rows: RankingRows, feature: Int, edges: Array[Float]): Array[Byte] =
    Array.tabulate(rows.count) { row =>
      val at = java.util.Arrays.binarySearch(edges, rows.features(row * rows.width + feature))
      (if (at >= 0) at else -at - 1).toByte
    }

  private def shuffled(count: Int, random: java.util.Random): Array[Int] = {
    val order = Array.range(0, count)
    for (last <- count - 1 to 1 by -1) {
      val other = random.nextInt(last + 1)
      val kept = order(last)
      order(last) = order(other)
      order(other) = kept
    }
    order
  }

  /** Rows of a share of the groups, in order; never none. */
  private def sampled(rows: RankingRows, share: Double, random: java.util.Random): Array[Int] = {
    val groups = (0 until rows.groups.length - 1).filter(_ => random.nextDouble() < share)
    val chosen = groups.flatMap(group => rows.groups(group) until rows.groups(group + 1)).toArray
    if (chosen.isEmpty) Array.range(0, rows.count) else chosen
  }

  private def addTo(scores: Array[Double], rows: RankingRows, tree: Tree): Unit =
    IntStream.range(0, (rows.count + RowsPerTask - 1) / RowsPerTask).parallel().forEach { task =>
      tree.addTo(scores, rows.features, rows.width, task * RowsPerTask, math.min(rows.count, (task + 1) * RowsPerTask))
    }

  /** First and second derivatives of each row, by how much NDCG changes when two rows of a group change places. */
  private final class Gradients(rows: RankingRows, depth: Int) {
    val first = new Array[Double](rows.count)
    val second = new Array[Double](rows.count)
    /** Rows of each group, best first; from tree to tree little changes in it. */
    private val order = Array.range(0, rows.count)
    private val longest = rows.groups.zip(rows.groups.drop(1)).map { case (from, until) => until - from }.maxOption.getOrElse(0)
    private val discount = Array.tabulate(longest)(place => math.log(2) / math.log(place + 2.0))

    /** DCG of the best order of each group; 0 where every order is as good. */
    private val ideals = Array.tabulate(math.max(0, rows.groups.length - 1)) { group =>
      val size = rows.groups(group + 1) - rows.groups(group)
      val right = (rows.groups(group) until rows.groups(group + 1)).count(row => rows.relevant(row))
      if (right == size) 0.0 else discount.take(math.min(right, depth)).sum
    }

    def compute(scores: Array[Double]): Unit =
      IntStream.range(0, rows.groups.length - 1).parallel().forEach { group =>
        computeGroup(scores, group, rows.groups(group), rows.groups(group + 1))
      }

    private def computeGroup(scores: Array[Double], group: Int, from: Int, until: Int): Unit = {
      java.util.Arrays.fill(first, from, until, 0.0)
      java.util.Arrays.fill(second, from, until, 0.0)
      if (ideals(group) > 0) {
        sort(scores, from, until)
        val ideal = ideals(group)
        val (best, worst) = (scores(order(from)), scores(order(until - 1)))
        val size = until - from
        var total = 0.0
        var i = 0
        while (i < math.min(size - 1, depth)) {
          val upper = order(from + i)
          val isUpperRight = rows.relevant(upper)
          var j = i + 1
          while (j < size) {
            val lower = order(from + j)
            if (isUpperRight != rows.relevant(lower)) {
              val high = if (isUpperRight) upper else lower
              val low = if (isUpperRight) lower else upper
              val ahead = scores(high) - scores(low)
              val change = (discount(i) - discount(j)) / ideal / (if (best != worst) 0.01 + math.abs(ahead) else 1.0)
              val doubt = 1.0 / (1.0 + math.exp(ahead))
              first(high) -= change * doubt
              first(low) += change * doubt
              second(high) += change * doubt * (1 - doubt)
              second(low) += change * doubt * (1 - doubt)
              total += 2 * change * doubt
            }
            j += 1
          }
          i += 1
        }
        if (total > 0) {
          // A group of many pairs shall not outweigh the others.
          val scale = math.log(1 + total) / math.log(2) / total
          (from until until).foreach { row =>
            first(row) *= scale
            second(row) *= scale
          }
        }
      }
    }

    /** Highest score first, ties in the order of rows; by insertion, for the last order is nearly this one. */
    private def sort(scores: Array[Double], from: Int, until: Int): Unit = {
      var at = from + 1
      while (at < until) {
        val row = order(at)
        var place = at
        while (place > from && isBefore(scores, row, order(place - 1))) {
          order(place) = order(place - 1)
          place -= 1
        }
        order(place) = row
        at += 1
      }
    }

    private def isBefore(scores: Array[Double], a: Int, b: Int): Boolean =
      scores(a) > scores(b) || (scores(a) == scores(b) && a < b)
  }

  /** A leaf that may still be split: its rows lie at from..until of the order, `split` is the best one found. */
  private final case class Leaf(node: Int, level: Int, from: Int, until: Int, histogram: Histogram, split: Option[Split])

  private final case class Split(gain: Double, slot: Int, bin: Int)

  /** Per chosen feature and bin the sums of first and second derivatives, side by side, and rows. */
  private final class Histogram(slots: Int) {
    val sums = new Array[Double](2 * slots * Bins)
    val rows = new Array[Int](slots * Bins)

    def minus(other: Histogram): Histogram = {
      var index = 0
      while (index < sums.length) {
        sums(index) -= other.sums(index)
        index += 1
      }
      index = 0
      while (index < rows.length) {
        rows(index) -= other.rows(index)
        index += 1
      }
      this
    }
  }

  /** Grows one tree, always at the leaf where a split gains most. */
  private final class Growing(
      binned: Array[Array[Byte]],
      edges: Array[Array[Float]],
      gradients: Gradients,
      chosen: Array[Int],
      config: LambdaMartConfig
  ) {
    private val nodes = 2 * config.leaves
    private val feature = Array.fill(nodes)(-1)
    private val threshold = new Array[Float](nodes)
    private val children = new Array[Int](nodes)
    private val value = new Array[Double](nodes)

    def grow(order: Array[Int]): Tree = {
      val root = leaf(0, 0, 0, order.length, build(order, 0, order.length))
      @scala.annotation.tailrec
      def growing(leaves: Vector[Leaf], used: Int): Int = {
        val best = leaves.filter(_.split.nonEmpty).maxByOption(_.split.fold(0.0)(_.gain))
        best match {
          case Some(at) if leaves.size < config.leaves =>
            val (left, right) = divide(at, order, used)
            growing(leaves.filterNot(_ eq at) :+ left :+ right, used + 2)
          case _ =>
            leaves.foreach(setValue)
            used
        }
      }
      val used = growing(Vector(root), 1)
      Tree(feature.take(used), threshold.take(used), children.take(used), value.take(used))
    }

    private def divide(at: Leaf, order: Array[Int], firstChild: Int): (Leaf, Leaf) = {
      val Split(_, slot, bin) = at.split.getOrElse(throw new IllegalStateException("Cannot divide: there is no split"))
      val middle = partition(order, at.from, at.until, chosen(slot), bin)
      feature(at.node) = chosen(slot)
      threshold(at.node) = edges(chosen(slot))(bin)
      children(at.node) = firstChild
      // The smaller side is counted, the other is what is left.
      val leftIsSmaller = middle - at.from <= at.until - middle
      val counted = if (leftIsSmaller) build(order, at.from, middle) else build(order, middle, at.until)
      val rest = at.histogram.minus(counted)
      val (left, right) = if (leftIsSmaller) (counted, rest) else (rest, counted)
      (leaf(firstChild, at.level + 1, at.from, middle, left), leaf(firstChild + 1, at.level + 1, middle, at.until, right))
    }

    /** Rows at or below the bin come first, each side in its order. @return where the other side begins */
    private def partition(order: Array[Int], from: Int, until: Int, column: Int, bin: Int): Int = {
      val right = new Array[Int](until - from)
      var (kept, moved, at) = (from, 0, from)
      while (at < until) {
        val row = order(at)
        if (binned(column)(row) <= bin) { order(kept) = row; kept += 1 }
        else { right(moved) = row; moved += 1 }
        at += 1
      }
      System.arraycopy(right, 0, order, kept, moved)
      kept
    }

    // Derivatives of the rows of a leaf, in their order: every feature reads them.
    private val derivatives = new Array[Double](2 * gradients.first.length)

    private def build(order: Array[Int], from: Int, until: Int): Histogram = {
      val histogram = new Histogram(chosen.length)
      var at = from
      while (at < until) {
        derivatives(2 * at) = gradients.first(order(at))
        derivatives(2 * at + 1) = gradients.second(order(at))
        at += 1
      }
      IntStream.range(0, chosen.length).parallel().forEach(slot =>
        count(histogram, slot * Bins, binned(chosen(slot)), order, from, until)
      )
      histogram
    }

    private def count(histogram: Histogram, first: Int, bins: Array[Byte], order: Array[Int], from: Int, until: Int): Unit = {
      val (sums, rows) = (histogram.sums, histogram.rows)
      var at = from
      while (at < until) {
        val index = first + bins(order(at))
        sums(2 * index) += derivatives(2 * at)
        sums(2 * index + 1) += derivatives(2 * at + 1)
        rows(index) += 1
        at += 1
      }
    }

    private def leaf(node: Int, level: Int, from: Int, until: Int, histogram: Histogram): Leaf =
      Leaf(node, level, from, until, histogram, if (level < config.levels) bestSplit(histogram) else None)

    private def bestSplit(histogram: Histogram): Option[Split] = {
      val (first, second, rows) = totals(histogram)
      val before = first * first / (second + config.l2)
      val found = parallel(chosen.length)(slot => bestOf(histogram, slot, (first, second, rows), before))
      found.flatten.maxByOption(split => (split.gain, -split.slot))
    }

    private def bestOf(histogram: Histogram, slot: Int, total: (Double, Double, Int), before: Double): Option[Split] = {
      val (first, second, rows) = total
      var (firstLeft, secondLeft, rowsLeft) = (0.0, 0.0, 0)
      var (bestGain, bestBin) = (1e-9, -1)
      var bin = 0
      while (bin < edges(chosen(slot)).length) {
        val index = slot * Bins + bin
        firstLeft += histogram.sums(2 * index)
        secondLeft += histogram.sums(2 * index + 1)
        rowsLeft += histogram.rows(index)
        if (rowsLeft >= config.leastRows && rows - rowsLeft >= config.leastRows) {
          val (firstRight, secondRight) = (first - firstLeft, second - secondLeft)
          val gain = firstLeft * firstLeft / (secondLeft + config.l2) +
            firstRight * firstRight / (secondRight + config.l2) - before
          if (gain > bestGain) { bestGain = gain; bestBin = bin }
        }
        bin += 1
      }
      Option.when(bestBin >= 0)(Split(bestGain, slot, bestBin))
    }

    private def setValue(leaf: Leaf): Unit = {
      val (first, second, _) = totals(leaf.histogram)
      value(leaf.node) = -config.learningRate * first / (second + config.l2)
    }

    /** Every feature's bins hold all rows of the leaf. */
    private def totals(histogram: Histogram): (Double, Double, Int) = {
      val bins = 0 until Bins
      (
        bins.map(bin => histogram.sums(2 * bin)).sum,
        bins.map(bin => histogram.sums(2 * bin + 1)).sum,
        histogram.rows.take(Bins).sum
      )
    }
  }
}
