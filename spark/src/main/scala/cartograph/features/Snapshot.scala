package cartograph.features

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.platform.{Broadcasts, NumberPartitioner}
import cartograph.sales.{ModelConfig, Purchases}

/**
 * How to make a snapshot.
 *
 * @param productCount     products have the numbers below it
 * @param hasNeighbours    false leaves products that go together out of candidates and features; matrix factorisation alone
 *                         does not use them
 * @param productsPerBlock a catalogue of more products is divided into blocks
 */
final case class SnapshotPlan(
    productCount: Int,
    model: ModelConfig,
    hasNeighbours: Boolean = true,
    productsPerBlock: Int = 8192
)

/**
 * Everything that was known at a moment and that candidates and their features are made from.
 *
 * @param rank       length of a factor
 * @param purchases  by user, before the moment; users without any are left out
 * @param blocks     the products, one block per partition
 * @param popular    five lists of product numbers, best first, at most 400 each: by lines of the last quarter horizon, by
 *                   lines of the last horizon, by first purchases in the last horizon, by all lines, and by buyers
 * @param neighbours by product, one entry per kind of [[Together]]
 */
final class Snapshot private (
    val moment: Moment,
    val rank: Int,
    val purchases: RDD[(Int, Purchases)],
    val factors: Factors,
    val blocks: RDD[ProductBlock],
    val popular: Broadcast[Array[Array[Int]]],
    val neighbours: RDD[(Int, Array[Neighbours])],
    stats: RDD[(Int, ProductStats)]
) {
  /** Number of buyers by product, for products that a user had bought. */
  def buyers: RDD[(Int, Int)] = stats.mapValues(_.buyers)

  /** Frees the memory of its RDDs. The snapshot must not be used afterwards. */
  def unpersist(): Unit =
    Seq(purchases, factors.users, factors.products, blocks, stats).foreach(_.unpersist(blocking = false))
}

/** A link to a product, by kind of [[Together]], from a product of a user's history. */
final case class LinkTo(kind: Int, source: Int, strength: Float)

object Snapshot {
  /** Products of each list of popular products, at most. */
  private val Popular = 400

  /**
   * Computes everything that candidates and features need. The RDDs are persisted; see [[Snapshot.unpersist]].
   *
   * @param known by user, the purchases before the moment, which may be empty
   */
  def of(known: RDD[(Int, Purchases)], moment: Moment, plan: SnapshotPlan): Snapshot = {
    val sc = known.sparkContext
    val rank = plan.model.rank
    val purchases = known.filter(_._2.size > 0).persist(StorageLevel.MEMORY_AND_DISK_SER)
    val blockCount = math.max(1, math.ceil(plan.productCount.toDouble / plan.productsPerBlock).toInt)
    val byProduct = new NumberPartitioner(plan.productCount, blockCount)
    val stats = ProductStats.of(purchases, moment, byProduct).persist(StorageLevel.MEMORY_AND_DISK)
    val totals = ShopTotals.of(stats)
    val factors = Als.fit(preferences(purchases, moment, plan.model), AlsConfig.of(plan.model), known.getNumPartitions)
    val audiences = Audience.of(purchases, factors.users, moment, rank, byProduct)
    val neighbours = Similar.of(purchases, stats, totals.stats.lines(ProductStats.Ever).toLong, moment)
    val used = if (plan.hasNeighbours) neighbours else sc.emptyRDD[(Int, Array[Neighbours])]
    val blocks = stats
      .cogroup(factors.products, audiences, linksTo(used, byProduct), byProduct)
      .mapPartitionsWithIndex { (part, rows) =>
        val builder = new ProductBlockBuilder(byProduct.start(part), byProduct.start(part + 1), rank)
        rows.foreach { case (product, (stats, factor, audience, links)) =>
          stats.foreach(found => builder.addFacts(product, new ProductFacts(found, totals, moment)))
          factor.foreach(builder.addFactor(product, _))
          audience.foreach(builder.addAudience(product, _))
          links.foreach(builder.addLink(product, _))
        }
        Iterator.single(builder.result)
      }
      .persist(StorageLevel.MEMORY_AND_DISK)
    val popular = Broadcasts.checked(sc, "popular products", popularOf(stats), 20L * Popular)
    new Snapshot(
      moment = moment,
      rank = rank,
      purchases = purchases,
      factors = factors,
      blocks = blocks,
      popular = popular,
      neighbours = neighbours,
      stats = stats
    )
  }

  /**
   * Computes how strongly each user prefers each product: every purchase counts by type and quantity, and decays with age.
   *
   *   preference(u, p) = sum over purchases of weight(type) * quantity ^ quantityExponent * 0.5 ^ (age / halfLife)
   *
   * This is the r_ui of Hu, Koren and Volinsky (ICDM 2008); [[Als]] turns it into a confidence.
   *
   * @return user, product, preference > 0; one row per pair that occurs
   */
  private[cartograph] def preferences(
      purchases: RDD[(Int, Purchases)],
      moment: Moment,
      model: ModelConfig
  ): RDD[(Int, Int, Double)] = {
    val (halfLife, exponent) = (model.halfLifeHorizons, model.quantityExponent)
    purchases.flatMap { case (user, bought) =>
      bought.products.indices.groupBy(bought.products(_)).iterator.map { case (product, lines) =>
        val preference = lines.map { line =>
          val age = moment.age(bought.atMs(line))
          bought.weights(line) * math.pow(bought.quantities(line).toDouble, exponent) * Decay(age, halfLife)
        }.sum
        (user, product, preference)
      }
    }
  }

  /** Returns the same links by the product that each leads to, instead of the one that it leads from. */
  private def linksTo(neighbours: RDD[(Int, Array[Neighbours])], byProduct: NumberPartitioner): RDD[(Int, LinkTo)] =
    neighbours.flatMap { case (source, kinds) =>
      kinds.iterator.zipWithIndex.flatMap { case (found, kind) =>
        found.products.iterator.zip(found.strengths.iterator).map { case (target, strength) =>
          target -> LinkTo(kind, source, strength)
        }
      }
    }.partitionBy(byProduct)

  private def popularOf(stats: RDD[(Int, ProductStats)]): Array[Array[Int]] = {
    val counts: Seq[ProductStats => Int] = Seq(
      _.lines(ProductStats.Quarter),
      _.lines(ProductStats.One),
      _.firstBuys,
      _.lines(ProductStats.Ever),
      _.buyers
    )
    counts.map { count =>
      stats
        .mapValues(count)
        .filter { case (_, value) => value > 0 }
        .takeOrdered(Popular)(Ordering.by { case (product, value) => (-value, product) })
        .map { case (product, _) => product }
    }.toArray
  }
}
