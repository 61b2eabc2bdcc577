package cartograph.features

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.lists.Selection
import cartograph.platform.{Broadcasts, ByKey, NumberPartitioner}
import cartograph.sales.{ModelConfig, Purchases}

/**
 * How to make a snapshot.
 *
 * @param productCount  products have the numbers below it
 * @param hasNeighbours false leaves products that go together out of candidates, and features of a user and a product together
 *                      out of features, but for the score of matrix factorisation, which does not use the others
 * @param common        products that are scored for every user; see [[Snapshot.common]]
 */
final case class SnapshotPlan(
    productCount: Int,
    model: ModelConfig,
    hasNeighbours: Boolean = true,
    common: Int = Similar.MaxProducts
)

/**
 * Everything that was known at a moment and that candidates and their features are made from.
 *
 * @param rank       length of a factor
 * @param purchases  by user, before the moment; users without any are left out
 * @param common     the products that are scored for every user: those with the most buyers, 16,384 at most, and those of
 *                   `popular`. Other products are only recommended to users who bought them. So the time for a user and the
 *                   memory for the products have a limit that does not depend on the size of the catalogue
 * @param others     all other products that were bought, by product; None if `common` has all
 * @param popular    five lists of product numbers, best first, at most 400 each: by lines of the last quarter horizon, by
 *                   lines of the last horizon, by first purchases in the last horizon, by all lines, and by buyers
 * @param pairs      the features of a user and a product together that candidates have
 * @param neighbours by product, one entry per kind of [[Together]]
 * @param stats      by product, for products that a user had bought
 */
final class Snapshot private (
    val moment: Moment,
    val rank: Int,
    val purchases: RDD[(Int, Purchases)],
    val factors: Factors,
    val common: Broadcast[ProductBlock],
    val others: Option[RDD[(Int, ProductRow)]],
    val popular: Broadcast[Array[Array[Int]]],
    val pairs: PairFeatures,
    val neighbours: RDD[(Int, Array[Neighbours])],
    val stats: RDD[(Int, ProductStats)]
) {
  /** Number of buyers by product, for products that a user had bought. */
  def buyers: RDD[(Int, Int)] = stats.mapValues(_.buyers)

  /** Frees the memory of its RDDs and products. The snapshot must not be used afterwards. */
  def unpersist(): Unit = {
    Seq(purchases, stats).foreach(_.unpersist(blocking = false))
    factors.unpersist()
    common.unpersist()
  }
}

object Snapshot {
  /** Products of each list of popular products, at most. */
  private val Popular = 400
  /** The shuffles by product have a partition for about so many products. */
  private val ProductsPerPartition = 8192

  /**
   * Computes everything that candidates and features need. The RDDs are persisted; see [[Snapshot.unpersist]].
   *
   * @param known by user, the purchases before the moment, which may be empty
   */
  def of(known: RDD[(Int, Purchases)], moment: Moment, plan: SnapshotPlan): Snapshot = {
    val sc = known.sparkContext
    val rank = plan.model.rank
    val purchases = known.filter(_._2.size > 0).persist(StorageLevel.MEMORY_AND_DISK_SER)
    val partitions = math.max(1, math.ceil(plan.productCount.toDouble / ProductsPerPartition).toInt)
    val byProduct = new NumberPartitioner(plan.productCount, partitions)
    val stats = ProductStats.of(purchases, moment, byProduct).persist(StorageLevel.MEMORY_AND_DISK_SER)
    val totals = ShopTotals.of(stats)
    val popular = popularOf(stats)
    val counted = Similar.counted(stats, plan.common)
    val factors = Als.fit(preferences(purchases, moment, plan.model), AlsConfig.of(plan.model), known.getNumPartitions)
    val neighbours = Similar.of(purchases, counted, totals.stats.lines(ProductStats.Ever).toLong, moment)
    val audiences =
      if (plan.hasNeighbours) Audience.of(purchases, factors.users, moment, rank, byProduct)
      else sc.emptyRDD[(Int, Audience)]
    val described = ByKey.leftJoined(ByKey.leftJoined(stats, factors.products), audiences)
    val rows = described.mapValues { case ((found, factor), audience) =>
      ProductRow.of(new ProductFacts(found, totals, moment), factor, audience)
    }
    val numbers = (counted.map(_.product) ++ popular.flatten).distinct.sorted
    def isCommon(row: (Int, ProductRow)): Boolean = java.util.Arrays.binarySearch(numbers, row._1) >= 0
    // At most some 18,000 products: 850 bytes each with a rank of 64, and 2,400 bytes of neighbours.
    val linked = if (plan.hasNeighbours) neighbours.collect() else Array.empty[(Int, Array[Neighbours])]
    val common = ProductBlock.of(rows.filter(isCommon(_)).collect(), linked, rank)
    new Snapshot(
      moment = moment,
      rank = rank,
      purchases = purchases,
      factors = factors,
      common = Broadcasts.checked(sc, "products", common, common.sizeBytes),
      others = Option.when(numbers.length < totals.products)(rows.filter(!isCommon(_))),
      popular = Broadcasts.checked(sc, "popular products", popular, 20L * Popular),
      pairs = if (plan.hasNeighbours) PairFeatures.All else PairFeatures.OnlyAls,
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
          bought.weights(line) * Elementary.pow(bought.quantities(line).toDouble, exponent) * Decay(age, halfLife)
        }.sum
        (user, product, preference)
      }
    }
  }

  /** Returns the lists of [[Snapshot.popular]]. The lists of each partition reach the driver. */
  private def popularOf(stats: RDD[(Int, ProductStats)]): Array[Array[Int]] = {
    val counts = Array[ProductStats => Int](
      _.lines(ProductStats.Quarter),
      _.lines(ProductStats.One),
      _.firstBuys,
      _.lines(ProductStats.Ever),
      _.buyers
    )
    val byPartition = stats.mapPartitions { rows =>
      val best = counts.map(_ => new Selection(Popular))
      rows.foreach { case (product, found) =>
        counts.indices.foreach { list =>
          val count = counts(list)(found)
          if (count > 0) best(list).offer(product, count.toDouble)
        }
      }
      Iterator.single(best.map(_.result))
    }.collect()
    counts.indices.map { list =>
      val best = new Selection(Popular)
      byPartition.foreach(_(list).foreach(ranked => best.offer(ranked.product, ranked.score)))
      best.result.map(_.product)
    }.toArray
  }
}
