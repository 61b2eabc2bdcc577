package cartograph.features

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.platform.{Broadcasts, ByKey, NumberPartitioner}
import cartograph.sales.ModelConfig

/**
 * The factors that [[Als]] finds. Users and products without a preference have none.
 *
 * @param users    user number to factor, `rank` values
 * @param products product number to factor, `rank` values
 */
final case class Factors(users: RDD[(Int, Array[Float])], products: RDD[(Int, Array[Float])])

/**
 * The configuration of [[Als]].
 *
 * @param rank           number of values of a factor
 * @param iterations     how often users, and then products, are solved; users are solved once more at the end
 * @param regularisation strength of the regularisation for each pair of a user or a product
 * @param alpha          confidence that a preference of 1 adds
 * @param seed           seed of the random factors that products start with
 */
final case class AlsConfig(rank: Int, iterations: Int, regularisation: Double, alpha: Double, seed: Long)

object AlsConfig {
  def of(model: ModelConfig): AlsConfig =
    AlsConfig(model.rank, model.iterations, model.regularisation, model.alpha, model.seed)
}

/**
 * Matrix factorisation of implicit feedback by alternating least squares (Hu, Koren, Volinsky: Collaborative Filtering for
 * Implicit Feedback Datasets, ICDM 2008). It minimises
 *
 *   sum over all users u and products p of c(u, p) * (1[u bought p] - x(u) . y(p))^2
 *     + regularisation * (sum over u of n(u) * |x(u)|^2 + sum over p of n(p) * |y(p)|^2)
 *
 * where c(u, p) = 1 + alpha * preference(u, p), and n counts the pairs of a user or a product. Users are solved last.
 *
 * Like MLlib's implementation, it sends each block only the factors that the block needs. Unlike MLlib's, it adds in the order
 * of blocks and numbers, so that the result does not depend on which task ended first.
 *
 * Below, "rows" are the side that is solved, users or products, and "others" are the side that is given. Rows are divided into
 * blocks by `blockOf`.
 */
object Als {

  /** The factors of one block, `rank` values for each of `rows`, which ascend. */
  private final case class Block(rows: Array[Int], factors: Array[Float]) {

    /** Returns the factors of some of the rows. */
    def picked(numbers: Array[Int], rank: Int): Block = {
      val found = new Array[Float](numbers.length * rank)
      numbers.indices.foreach { at =>
        System.arraycopy(factors, java.util.Arrays.binarySearch(rows, numbers(at)) * rank, found, at * rank, rank)
      }
      Block(numbers, found)
    }
  }

  /**
   * One side of the factorisation.
   *
   * @param pairs block of this side to its pairs
   * @param needs block of the other side to a block of this side, and the numbers that this block needs from there, ascending
   * @param short number of rows that [[FewPairs]] can solve
   */
  private final case class Side(pairs: RDD[(Int, AlsPairs)], needs: RDD[(Int, (Int, Array[Int]))], short: Long)

  /**
   * What the normal equations of all rows have in common.
   *
   * @param matrix see [[gramOf]]
   * @param eigen  its eigenvectors; None if too few rows are short
   */
  private final case class Gram(matrix: Array[Double], eigen: Option[SymmetricEigen]) {
    def sizeBytes: Long = 8L * matrix.length + eigen.fold(0L)(_.sizeBytes)
  }

  /**
   * Factorises preferences. The factors are computed when this returns, and persisted; everything else is freed.
   *
   * @param preferences user, product, preference > 0; one row per pair, in any order
   * @param blocks      number of blocks of users and of products; it decides the order of sums, and so the last digits
   */
  def fit(preferences: RDD[(Int, Int, Double)], config: AlsConfig, blocks: Int): Factors = {
    // Preferences are computed once for users and once for products, which is cheaper than to keep an object for each.
    val pairs = preferences.map { case (user, product, preference) => (user, product, (config.alpha * preference).toFloat) }
    val users = sideOf(pairs, config.rank, blocks)
    val products = sideOf(pairs.map { case (user, product, confidence) => (product, user, confidence) }, config.rank, blocks)
    val start = products.pairs.mapValues(block => initial(block.rows, config)).persist(StorageLevel.MEMORY_AND_DISK)
    // Each solution is computed when the next one is asked for: then the one before it can be freed.
    @scala.annotation.tailrec
    def iterate(productFactors: RDD[(Int, Block)], before: Option[RDD[(Int, Block)]], left: Int): Factors = {
      val userFactors = solve(users, productFactors, config)
      before.foreach(_.unpersist(blocking = false))
      if (left == 0) computed(userFactors, productFactors, config.rank)
      else {
        val next = solve(products, userFactors, config)
        productFactors.unpersist(blocking = false)
        iterate(next, Some(userFactors), left - 1)
      }
    }
    val factors = iterate(start, None, config.iterations)
    Seq(users, products).foreach { side =>
      side.pairs.unpersist(blocking = false)
      side.needs.unpersist(blocking = false)
    }
    factors
  }

  /** Computes the factors of single users and products, and frees those of blocks. */
  private def computed(users: RDD[(Int, Block)], products: RDD[(Int, Block)], rank: Int): Factors = {
    val factors = Factors(unpacked(users, rank), unpacked(products, rank))
    Seq(factors.users, factors.products).foreach(_.count())
    Seq(users, products).foreach(_.unpersist(blocking = false))
    factors
  }

  private def unpacked(blocks: RDD[(Int, Block)], rank: Int): RDD[(Int, Array[Float])] =
    blocks.flatMap { case (_, block) =>
      block.rows.iterator.zipWithIndex.map { case (row, index) => row -> block.factors.slice(index * rank, (index + 1) * rank) }
    }.persist(StorageLevel.MEMORY_AND_DISK)

  private def sideOf(pairs: RDD[(Int, Int, Float)], rank: Int, blocks: Int): Side = {
    val blocked = AlsPairs.of(pairs, blocks).persist(StorageLevel.MEMORY_AND_DISK)
    val needs = blocked
      .flatMap { case (block, own) =>
        own.needed(blocks).iterator.zipWithIndex.map { case (needed, source) => source -> (block -> needed) }
      }
      .partitionBy(new NumberPartitioner(blocks, blocks))
      .persist(StorageLevel.MEMORY_AND_DISK)
    val short = blocked.map { case (_, own) => own.rowsWithin(FewPairs.most(rank)).toLong }.fold(0L)(_ + _)
    Side(blocked, needs, short)
  }

  /** Draws small random factors. They depend only on the seed and on the number of each row, not on blocks. */
  private def initial(rows: Array[Int], config: AlsConfig): Block = {
    val factors = rows.flatMap { row =>
      val random = new java.util.Random(config.seed * 1000003L + row)
      Array.fill(config.rank)((random.nextGaussian() * 0.1 / math.sqrt(config.rank)).toFloat)
    }
    Block(rows, factors)
  }

  /** Finds the factors of one side that minimise the loss while those of the other side stay as they are. */
  private def solve(side: Side, others: RDD[(Int, Block)], config: AlsConfig): RDD[(Int, Block)] = {
    val (rank, blocks) = (config.rank, side.pairs.getNumPartitions)
    val matrix = gramOf(others, rank)
    val common = Gram(matrix, Option.when(side.short >= FewPairs.leastRows(rank))(SymmetricEigen.of(matrix, rank)))
    val gram = Broadcasts.checked(others.sparkContext, "the factors' products", common, common.sizeBytes)
    val sent = side.needs.join(others).map { case (source, ((target, needed), block)) =>
      target -> (source -> block.picked(needed, rank))
    }
    side.pairs.cogroup(sent, new NumberPartitioner(blocks, blocks)).mapPartitions(
      _.map { case (target, (own, received)) =>
        target -> solveBlock(own.head, ByKey.values(received), gram.value, config)
      },
      preservesPartitioning = true
    ).persist(StorageLevel.MEMORY_AND_DISK)
  }

  /**
   * Sums y y^T over all factors y, in the order of blocks. One matrix per block reaches the driver.
   *
   * @return rank * rank values, row by row; only the lower triangle is set
   */
  private def gramOf(others: RDD[(Int, Block)], rank: Int): Array[Double] = {
    val sums = others.map { case (number, block) =>
      val sum = new Array[Double](rank * rank)
      val outer = new OuterProducts(sum, rank)
      block.rows.indices.foreach(row => outer.next(block.factors, row * rank, 1.0))
      outer.flush()
      number -> sum
    }
    ByKey.values(sums.collect()).foldLeft(new Array[Double](rank * rank)) { (a, b) =>
      b.indices.foreach(index => a(index) += b(index))
      a
    }
  }

  /**
   * Finds the factors of the rows of one block.
   *
   * @param parts factors of the other side that the block needs, by block of that side
   */
  private def solveBlock(pairs: AlsPairs, parts: Array[Block], gram: Gram, config: AlsConfig): Block = {
    val rank = config.rank
    val factors = Array.concat(parts.toSeq.map(_.factors): _*)
    val firsts = parts.map(_.rows.length).scanLeft(0)(_ + _)
    val positions = pairs.others.map { other =>
      val part = AlsPairs.blockOf(other, parts.length)
      (firsts(part) + java.util.Arrays.binarySearch(parts(part).rows, other)) * rank
    }
    val solved = new Array[Float](pairs.rows.length * rank)
    val normal = new NormalEquations(rank)
    val few = gram.eigen.map(new FewPairs(_, factors))
    pairs.rows.indices.foreach { row =>
      val (from, until) = (pairs.starts(row), pairs.starts(row + 1))
      val regularisation = config.regularisation * (until - from)
      few.filter(_.canSolve(pairs.confidences, from, until)) match {
        case Some(solver) => solver.solve(positions, pairs.confidences, from, until, regularisation, solved, row * rank)
        case None =>
          normal.reset(gram.matrix)
          normal.add(factors, positions, pairs.confidences, from, until)
          normal.solve(regularisation, solved, row * rank)
      }
    }
    Block(pairs.rows, solved)
  }
}
