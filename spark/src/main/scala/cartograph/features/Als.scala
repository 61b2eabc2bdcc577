package cartograph.features

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.platform.{Broadcasts, NumberPartitioner}

/** What matrix factorisation learned: by number, a vector of length rank. Users and products without a weight have none. */
final case class Factors(users: RDD[(Int, Array[Float])], products: RDD[(Int, Array[Float])])

final case class AlsConfig(rank: Int, iterations: Int, regularisation: Double, alpha: Double, seed: Long)

/**
 * Implicit-feedback ALS (Hu, Koren, Volinsky: Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008):
 * preference 1 for every pair with a weight, confidence 1 + alpha * weight; the regularisation is scaled by the number of
 * a row's pairs, and users are solved last.
 *
 * Like MLlib's it sends a block only the factors that it needs. Unlike MLlib's, every sum is made in the order of blocks
 * and numbers, so that the result does not depend on which task ended first.
 */
object Als {

  /** One block of rows (users or products) and where in the gathered factors of the other side their pairs point. */
  private final case class Side(rows: Array[Int], starts: Array[Int], others: Array[Int], confidences: Array[Float])

  /** Factors of one block, row after row, in the order of `rows`. */
  private final case class Block(rows: Array[Int], factors: Array[Float])

  /** @param weights user, product, weight > 0; one row per pair, any order */
  def fit(weights: RDD[(Int, Int, Double)], config: AlsConfig, blocks: Int): Factors = {
    val pairs = weights.map { case (user, product, weight) => (user, product, (config.alpha * weight).toFloat) }.persist(
      StorageLevel.MEMORY_AND_DISK
    )
    val byUser = sides(pairs.map { case (user, product, confidence) => (user, product, confidence) }, blocks)
    val byProduct = sides(pairs.map { case (user, product, confidence) => (product, user, confidence) }, blocks)
    val (toUsers, toProducts) = (links(byUser), links(byProduct))
    val start = byProduct.mapValues(side => initial(side.rows, config)).persist(StorageLevel.MEMORY_AND_DISK)
    def solveUsers(products: RDD[(Int, Block)]) = solve(byUser, products, toUsers, config, blocks)
    def solveProducts(users: RDD[(Int, Block)]) = solve(byProduct, users, toProducts, config, blocks)
    @scala.annotation.tailrec
    def iterate(products: RDD[(Int, Block)], left: Int): RDD[(Int, Block)] =
      if (left == 0) products
      else iterate(solveProducts(solveUsers(products)), left - 1)
    val products = iterate(start, config.iterations)
    val users = solveUsers(products)
    Factors(unpacked(users, config.rank), unpacked(products, config.rank))
  }

  private def unpacked(blocks: RDD[(Int, Block)], rank: Int): RDD[(Int, Array[Float])] =
    blocks.flatMap { case (_, block) =>
      block.rows.iterator.zipWithIndex.map { case (row, index) => row -> block.factors.slice(index * rank, (index + 1) * rank) }
    }.persist(StorageLevel.MEMORY_AND_DISK)

  private def blockOf(number: Int, blocks: Int): Int = number % blocks

  /** Rows of a block ascending, each with its pairs ascending. */
  private def sides(pairs: RDD[(Int, Int, Float)], blocks: Int): RDD[(Int, Side)] =
    pairs
      .map { case (row, other, confidence) => blockOf(row, blocks) -> ((row, other, confidence)) }
      .groupByKey(new NumberPartitioner(blocks, blocks))
      .mapPartitions(
        _.map { case (block, grouped) =>
          val sorted = grouped.toArray.sortBy { case (row, other, _) => (row, other) }
          val numbers = sorted.map(_._1)
          val starts = numbers.indices.filter(at => at == 0 || numbers(at) != numbers(at - 1)).toArray
          block -> Side(starts.map(numbers(_)), starts :+ sorted.length, sorted.map(_._2), sorted.map(_._3))
        },
        preservesPartitioning = true
      )
      .persist(StorageLevel.MEMORY_AND_DISK)

  /** For every block of the other side: which of its rows each block here needs, ascending. */
  private def links(sides: RDD[(Int, Side)]): RDD[(Int, (Int, Array[Int]))] = {
    val blocks = sides.getNumPartitions
    sides.flatMap { case (block, side) =>
      side.others.distinct.sorted.groupBy(blockOf(_, blocks)).map { case (source, needed) => source -> (block -> needed) }
    }.partitionBy(new NumberPartitioner(blocks, blocks)).persist(StorageLevel.MEMORY_AND_DISK)
  }

  private def initial(rows: Array[Int], config: AlsConfig): Block = {
    val factors = rows.flatMap { row =>
      val random = new java.util.Random(config.seed * 1000003L + row)
      Array.fill(config.rank)((random.nextGaussian() * 0.1 / math.sqrt(config.rank)).toFloat)
    }
    Block(rows, factors)
  }

  private def solve(
      sides: RDD[(Int, Side)],
      others: RDD[(Int, Block)],
      links: RDD[(Int, (Int, Array[Int]))],
      config: AlsConfig,
      blocks: Int
  ): RDD[(Int, Block)] = {
    val rank = config.rank
    val gram = Broadcasts.checked(sides.sparkContext, "the factors' products", gramOf(others, rank), 8L * rank * rank)
    val sent = links.join(others).map { case (source, ((target, needed), block)) =>
      target -> (source -> Block(
        needed,
        needed.flatMap { row =>
          val index = java.util.Arrays.binarySearch(block.rows, row)
          block.factors.slice(index * rank, (index + 1) * rank)
        }
      ))
    }
    sides.cogroup(sent, new NumberPartitioner(blocks, blocks)).mapPartitions(
      _.map { case (target, (own, received)) =>
        val parts = received.toArray.sortBy(_._1).map(_._2)
        target -> solveBlock(own.head, parts, gram.value, config)
      },
      preservesPartitioning = true
    ).persist(StorageLevel.MEMORY_AND_DISK)
  }

  /** Sum of y y^T over all rows, lower triangle row by row, in the order of blocks. */
  private def gramOf(others: RDD[(Int, Block)], rank: Int): Array[Double] = {
    val parts = others.map { case (number, block) =>
      val sum = new Array[Double](rank * rank)
      block.rows.indices.foreach { row =>
        Normal.addOuter(sum, block.factors.slice(row * rank, (row + 1) * rank).map(_.toDouble), rank, 1.0)
      }
      number -> sum
    }.collect().sortBy(_._1)
    parts.map(_._2).foldLeft(new Array[Double](rank * rank)) { (a, b) =>
      b.indices.foreach(index => a(index) += b(index))
      a
    }
  }

  private def solveBlock(side: Side, parts: Array[Block], gram: Array[Double], config: AlsConfig): Block = {
    val rank = config.rank
    val numbers = parts.flatMap(_.rows)
    val order = numbers.indices.sortBy(numbers(_)).toArray
    val sorted = order.map(numbers(_))
    val factors = parts.flatMap(_.factors)
    val positions = side.others.map(other => order(java.util.Arrays.binarySearch(sorted, other)) * rank)
    val solved = new Array[Float](side.rows.length * rank)
    val normal = new Normal(rank)
    side.rows.indices.foreach { row =>
      val (from, until) = (side.starts(row), side.starts(row + 1))
      normal.reset(gram)
      var pair = from
      while (pair < until) {
        normal.add(factors, positions(pair), side.confidences(pair))
        pair += 1
      }
      normal.solve(config.regularisation * (until - from), solved, row * rank)
    }
    Block(side.rows, solved)
  }
}

/** The normal equations of one row: a symmetric matrix, its lower triangle kept, and a right side. */
private final class Normal(rank: Int) {
  private val matrix = new Array[Double](rank * rank)
  private val right = new Array[Double](rank)
  private val pair = new Array[Double](rank)

  def reset(gram: Array[Double]): Unit = {
    System.arraycopy(gram, 0, matrix, 0, matrix.length)
    java.util.Arrays.fill(right, 0.0)
  }

  /** Adds a pair of preference 1 and the given confidence above 1. */
  def add(factors: Array[Float], offset: Int, confidence: Float): Unit = {
    var i = 0
    while (i < rank) {
      pair(i) = factors(offset + i).toDouble
      right(i) += (1.0 + confidence) * pair(i)
      i += 1
    }
    Normal.addOuter(matrix, pair, rank, confidence.toDouble)
  }

  /** Cholesky, in place. */
  def solve(regularisation: Double, result: Array[Float], offset: Int): Unit = {
    var i = 0
    while (i < rank) {
      matrix(i * rank + i) += regularisation
      i += 1
    }
    i = 0
    while (i < rank) {
      var j = 0
      while (j <= i) {
        val sum = matrix(i * rank + j) - Normal.dot(matrix, i * rank, j * rank, j)
        matrix(i * rank + j) = if (i == j) math.sqrt(math.max(sum, 1e-10)) else sum / matrix(j * rank + j)
        j += 1
      }
      i += 1
    }
    forward()
    backward()
    i = 0
    while (i < rank) {
      result(offset + i) = right(i).toFloat
      i += 1
    }
  }

  private def forward(): Unit = {
    var i = 0
    while (i < rank) {
      var sum = right(i)
      var k = 0
      while (k < i) {
        sum -= matrix(i * rank + k) * right(k)
        k += 1
      }
      right(i) = sum / matrix(i * rank + i)
      i += 1
    }
  }

  /** Row by row, as the matrix lies in memory. */
  private def backward(): Unit = {
    var i = rank - 1
    while (i >= 0) {
      val solved = right(i) / matrix(i * rank + i)
      right(i) = solved
      var k = 0
      while (k < i) {
        right(k) -= matrix(i * rank + k) * solved
        k += 1
      }
      i -= 1
    }
  }
}

private object Normal {

  /** Of two rows of a matrix, `length` values each; four sums side by side, so that none waits for the one before. */
  def dot(matrix: Array[Double], a: Int, b: Int, length: Int): Double = {
    var (s0, s1, s2, s3) = (0.0, 0.0, 0.0, 0.0)
    val whole = length - length % 4
    var k = 0
    while (k < whole) {
      s0 += matrix(a + k) * matrix(b + k)
      s1 += matrix(a + k + 1) * matrix(b + k + 1)
      s2 += matrix(a + k + 2) * matrix(b + k + 2)
      s3 += matrix(a + k + 3) * matrix(b + k + 3)
      k += 4
    }
    while (k < length) {
      s0 += matrix(a + k) * matrix(b + k)
      k += 1
    }
    (s0 + s1) + (s2 + s3)
  }

  /** matrix += weight * y y^T, the lower triangle. */
  def addOuter(matrix: Array[Double], y: Array[Double], rank: Int, weight: Double): Unit = {
    var i = 0
    while (i < rank) {
      addScaled(matrix, i * rank, y, i + 1, weight * y(i))
      i += 1
    }
  }

  /** A loop of its own, so that the compiler makes vector instructions of it. */
  private def addScaled(row: Array[Double], offset: Int, y: Array[Double], length: Int, scale: Double): Unit = {
    var j = 0
    while (j < length) {
      row(offset + j) += scale * y(j)
      j += 1
    }
  }
}
