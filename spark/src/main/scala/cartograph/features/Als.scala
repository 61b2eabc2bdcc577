package cartograph.features

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.platform.{Broadcasts, ByKey, NumberPartitioner, ParallelJobs}
import cartograph.sales.ModelConfig

/**
 * The factors that [[Als]] finds. Users and products without a preference have none.
 *
 * @param users    user number to factor, `rank` values
 * @param products product number to factor, `rank` values
 * @param gram     what the equations had in common that users were solved by last, from these factors of products
 * @param broadcasts what they are computed from again if an executor is lost
 */
final case class Factors(
    users: RDD[(Int, Array[Float])],
    products: RDD[(Int, Array[Float])],
    gram: AlsGram,
    broadcasts: Seq[Broadcast[_]] = Nil
) {
  /**
   * Frees the memory of the executors. What was computed from the factors may be lost with one of them, and is then computed
   * again; so the driver keeps what it sent until nothing refers to it.
   */
  def unpersist(): Unit = {
    Seq(users, products).foreach(_.unpersist(blocking = false))
    broadcasts.foreach(_.unpersist(blocking = false))
  }
}

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
   * The driver factorises alone if neither its pairs nor its rows, each times the rank, are more than this. Both the factors that a
   * solution reads, copied for each block, and all factors then take at most 256 MB.
   */
  private val MostOnDriver = 64000000L

  /**
   * One side of the factorisation.
   *
   * @param pairs block of this side to its pairs
   * @param needs block of the other side to a block of this side, and the numbers that this block needs from there, ascending
   * @param short number of rows that [[FewPairs]] can solve
   */
  private final case class Side(pairs: RDD[(Int, AlsPairs)], needs: RDD[(Int, (Int, Array[Int]))], short: Long)

  /**
   * Factorises preferences. The factors are computed when this returns, and persisted; everything else is freed.
   *
   * @param preferences user, product, preference > 0; one row per pair, in any order
   * @param blocks      number of blocks of users and of products; it decides the order of sums, and so the last digits
   * @param mostOnDriver if the pairs or the rows, times the rank, are more, Spark's tasks solve the blocks; the factors are the same
   */
  def fit(
      preferences: RDD[(Int, Int, Double)],
      config: AlsConfig,
      blocks: Int,
      mostOnDriver: Long = MostOnDriver
  ): Factors = {
    // Preferences are computed once for users and once for products, which is cheaper than to keep an object for each.
    val pairs = preferences.map { case (user, product, preference) => (user, product, (config.alpha * preference).toFloat) }
    val users = AlsPairs.of(pairs, blocks).persist(StorageLevel.MEMORY_AND_DISK)
    val products = AlsPairs
      .of(pairs.map { case (user, product, confidence) => (product, user, confidence) }, blocks)
      .persist(StorageLevel.MEMORY_AND_DISK)
    val sizes = ParallelJobs.run(Seq(users, products).map(side => () => sizeOf(side)))
    val (count, rows) = (sizes.head.pairs, sizes.map(_.rows).sum)
    val isSmall = config.rank * math.max(count, rows) <= mostOnDriver
    val factors = if (isSmall) onDriver(users, products, config) else onExecutors(users, products, config)
    Seq(users, products).foreach(_.unpersist(blocking = false))
    factors
  }

  /** @param pairs the same for both sides */
  private final case class SideSize(pairs: Long, rows: Long)

  private def sizeOf(side: RDD[(Int, AlsPairs)]): SideSize =
    side.map { case (_, own) => SideSize(own.others.length.toLong, own.rows.length.toLong) }
      .fold(SideSize(0, 0))((a, b) => SideSize(a.pairs + b.pairs, a.rows + b.rows))

  private def onDriver(users: RDD[(Int, AlsPairs)], products: RDD[(Int, AlsPairs)], config: AlsConfig): Factors = {
    val (byUser, byProduct, gram) = new AlsOnDriver(ByKey.values(users.collect()), ByKey.values(products.collect()), config).fit
    val sc = users.sparkContext
    def sent(name: String, found: Array[AlsBlock]): Broadcast[Array[AlsBlock]] =
      Broadcasts.checked(sc, s"factors of $name", found, 4L * found.map(_.factors.length.toLong).sum)
    def blocksOf(all: Broadcast[Array[AlsBlock]], count: Int): RDD[(Int, AlsBlock)] =
      sc.parallelize(0 until count, count).map(block => block -> all.value(block))
    val (allUsers, allProducts) = (sent("users", byUser), sent("products", byProduct))
    computed(blocksOf(allUsers, byUser.length), blocksOf(allProducts, byProduct.length), gram, config.rank)
      .copy(broadcasts = Seq(allUsers, allProducts))
  }

  private def onExecutors(users: RDD[(Int, AlsPairs)], products: RDD[(Int, AlsPairs)], config: AlsConfig): Factors = {
    val (userSide, productSide) = (sideOf(users, config.rank), sideOf(products, config.rank))
    val start = products.mapValues(block => AlsBlock.initial(block.rows, config)).persist(StorageLevel.MEMORY_AND_DISK)
    // Each solution is computed when the next one is asked for: then the one before it can be freed.
    @scala.annotation.tailrec
    def iterate(productFactors: RDD[(Int, AlsBlock)], before: Option[RDD[(Int, AlsBlock)]], left: Int): Factors = {
      val (userFactors, gram) = solve(userSide, productFactors, config)
      before.foreach(_.unpersist(blocking = false))
      if (left == 0) computed(userFactors, productFactors, gram, config.rank)
      else {
        val (next, _) = solve(productSide, userFactors, config)
        productFactors.unpersist(blocking = false)
        iterate(next, Some(userFactors), left - 1)
      }
    }
    val factors = iterate(start, None, config.iterations)
    Seq(userSide, productSide).foreach(_.needs.unpersist(blocking = false))
    factors
  }

  /** Computes the factors of single users and products, and frees those of blocks. */
  private def computed(
      users: RDD[(Int, AlsBlock)],
      products: RDD[(Int, AlsBlock)],
      gram: AlsGram,
      rank: Int
  ): Factors = {
    def unpacked(blocks: RDD[(Int, AlsBlock)]): RDD[(Int, Array[Float])] =
      blocks.flatMap { case (_, block) => block.unpacked(rank) }.persist(StorageLevel.MEMORY_AND_DISK)
    val factors = Factors(unpacked(users), unpacked(products), gram)
    ParallelJobs.run(Seq(factors.users, factors.products).map(side => () => side.count()))
    Seq(users, products).foreach(_.unpersist(blocking = false))
    factors
  }

  private def sideOf(pairs: RDD[(Int, AlsPairs)], rank: Int): Side = {
    val blocks = pairs.getNumPartitions
    val needs = pairs
      .flatMap { case (block, own) =>
        own.needed(blocks).iterator.zipWithIndex.map { case (needed, source) => source -> (block -> needed) }
      }
      .partitionBy(new NumberPartitioner(blocks, blocks))
      .persist(StorageLevel.MEMORY_AND_DISK)
    val short = pairs.map { case (_, own) => own.rowsWithin(FewPairs.most(rank)).toLong }.fold(0L)(_ + _)
    Side(pairs, needs, short)
  }

  /**
   * Finds the factors of one side that minimise the loss while those of the other side stay as they are.
   *
   * @return the factors, and what their equations have in common
   */
  private def solve(side: Side, others: RDD[(Int, AlsBlock)], config: AlsConfig): (RDD[(Int, AlsBlock)], AlsGram) = {
    val (rank, blocks) = (config.rank, side.pairs.getNumPartitions)
    val products = ByKey.values(others.mapValues(_.products(rank)).collect())
    val common = AlsGram.of(products, rank, side.short)
    val gram = Broadcasts.checked(others.sparkContext, "the factors' products", common, common.sizeBytes)
    val sent = side.needs.join(others).map { case (source, ((target, needed), block)) =>
      target -> (source -> block.picked(needed, rank))
    }
    val solved = side.pairs.cogroup(sent, new NumberPartitioner(blocks, blocks)).mapPartitions(
      _.map { case (target, (own, received)) =>
        target -> AlsBlock.solved(own.head, ByKey.values(received), gram.value, config)
      },
      preservesPartitioning = true
    ).persist(StorageLevel.MEMORY_AND_DISK)
    solved -> common
  }
}
