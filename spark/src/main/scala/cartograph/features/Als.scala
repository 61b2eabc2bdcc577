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

  /**
   * The pairs of one block of rows.
   *
   * @param rows        numbers, ascending
   * @param starts      row i has the pairs from `starts(i)` to before `starts(i + 1)`
   * @param others      number on the other side, by pair; ascending for each row
   * @param confidences confidence minus 1, by pair
   */
  private final case class Pairs(rows: Array[Int], starts: Array[Int], others: Array[Int], confidences: Array[Float])

  /** The factors of one block, `rank` values for each of `rows`, which ascend. */
  private final case class Block(rows: Array[Int], factors: Array[Float])

  /**
   * One side of the factorisation.
   *
   * @param pairs block of this side to its pairs
   * @param needs block of the other side to a block of this side, and the numbers that this block needs from there, ascending
   */
  private final case class Side(pairs: RDD[(Int, Pairs)], needs: RDD[(Int, (Int, Array[Int]))])

  /**
   * Factorises preferences.
   *
   * @param preferences user, product, preference > 0; one row per pair, in any order
   * @param blocks      number of blocks of users and of products; it decides the order of sums, and so the last digits
   */
  def fit(preferences: RDD[(Int, Int, Double)], config: AlsConfig, blocks: Int): Factors = {
    val pairs = preferences
      .map { case (user, product, preference) => (user, product, (config.alpha * preference).toFloat) }
      .persist(StorageLevel.MEMORY_AND_DISK)
    val users = sideOf(pairs, blocks)
    val products = sideOf(pairs.map { case (user, product, confidence) => (product, user, confidence) }, blocks)
    val start = products.pairs.mapValues(block => initial(block.rows, config)).persist(StorageLevel.MEMORY_AND_DISK)
    @scala.annotation.tailrec
    def iterate(factors: RDD[(Int, Block)], left: Int): RDD[(Int, Block)] =
      if (left == 0) factors
      else iterate(solve(products, solve(users, factors, config), config), left - 1)
    val productFactors = iterate(start, config.iterations)
    val userFactors = solve(users, productFactors, config)
    Factors(unpacked(userFactors, config.rank), unpacked(productFactors, config.rank))
  }

  private def unpacked(blocks: RDD[(Int, Block)], rank: Int): RDD[(Int, Array[Float])] =
    blocks.flatMap { case (_, block) =>
      block.rows.iterator.zipWithIndex.map { case (row, index) => row -> block.factors.slice(index * rank, (index + 1) * rank) }
    }.persist(StorageLevel.MEMORY_AND_DISK)

  private def blockOf(number: Int, blocks: Int): Int = number % blocks

  private def sideOf(pairs: RDD[(Int, Int, Float)], blocks: Int): Side = {
    val blocked = blocksOf(pairs, blocks)
    Side(blocked, needsOf(blocked))
  }

  private def blocksOf(pairs: RDD[(Int, Int, Float)], blocks: Int): RDD[(Int, Pairs)] =
    pairs
      .map { case pair @ (row, _, _) => blockOf(row, blocks) -> pair }
      .groupByKey(new NumberPartitioner(blocks, blocks))
      .mapPartitions(
        _.map { case (block, grouped) =>
          val sorted = grouped.toArray.sortBy { case (row, other, _) => (row, other) }
          val numbers = sorted.map { case (row, _, _) => row }
          val starts = numbers.indices.filter(at => at == 0 || numbers(at) != numbers(at - 1)).toArray
          block -> Pairs(
            rows = starts.map(numbers(_)),
            starts = starts :+ sorted.length,
            others = sorted.map { case (_, other, _) => other },
            confidences = sorted.map { case (_, _, confidence) => confidence }
          )
        },
        preservesPartitioning = true
      )
      .persist(StorageLevel.MEMORY_AND_DISK)

  private def needsOf(pairs: RDD[(Int, Pairs)]): RDD[(Int, (Int, Array[Int]))] = {
    val blocks = pairs.getNumPartitions
    pairs.flatMap { case (block, own) =>
      own.others.distinct.sorted.groupBy(blockOf(_, blocks)).map { case (source, needed) => source -> (block -> needed) }
    }.partitionBy(new NumberPartitioner(blocks, blocks)).persist(StorageLevel.MEMORY_AND_DISK)
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
    val gram = Broadcasts.checked(others.sparkContext, "the factors' products", gramOf(others, rank), 8L * rank * rank)
    val sent = side.needs.join(others).map { case (source, ((target, needed), block)) =>
      target -> (source -> Block(
        needed,
        needed.flatMap { row =>
          val index = java.util.Arrays.binarySearch(block.rows, row)
          block.factors.slice(index * rank, (index + 1) * rank)
        }
      ))
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
      block.rows.indices.foreach { row =>
        NormalEquations.addOuter(sum, block.factors.slice(row * rank, (row + 1) * rank).map(_.toDouble), rank, 1.0)
      }
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
   * @param parts factors of the other side that the block needs, one part per block of that side
   * @param gram  see [[gramOf]]
   */
  private def solveBlock(pairs: Pairs, parts: Array[Block], gram: Array[Double], config: AlsConfig): Block = {
    val rank = config.rank
    val numbers = parts.flatMap(_.rows)
    val order = numbers.indices.sortBy(numbers(_)).toArray
    val sorted = order.map(numbers(_))
    val factors = parts.flatMap(_.factors)
    val positions = pairs.others.map(other => order(java.util.Arrays.binarySearch(sorted, other)) * rank)
    val solved = new Array[Float](pairs.rows.length * rank)
    val normal = new NormalEquations(rank)
    pairs.rows.indices.foreach { row =>
      val (from, until) = (pairs.starts(row), pairs.starts(row + 1))
      normal.reset(gram)
      var pair = from
      // A `while` loop, because this runs for every pair in every iteration, and a range would allocate.
      while (pair < until) {
        normal.add(factors, positions(pair), pairs.confidences(pair))
        pair += 1
      }
      normal.solve(config.regularisation * (until - from), solved, row * rank)
    }
    Block(pairs.rows, solved)
  }
}
