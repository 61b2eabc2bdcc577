package cartograph.features

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.platform.{Broadcasts, NumberPartitioner}
import cartograph.sales.{ModelConfig, Purchases}

/** Links from products of a user's history to products of one block, by source: `targets` counts from the block's first. */
final case class BlockLinks(sources: Array[Int], starts: Array[Int], targets: Array[Int], strengths: Array[Float]) {
  /** Index among `sources`, negative if nothing leads from the product into the block. */
  def indexOf(source: Int): Int = java.util.Arrays.binarySearch(sources, source)

  def sizeBytes: Long = 4L * (sources.length + starts.length + targets.length + strengths.length)
}

/**
 * Everything that is known of a run of products, as arrays: the other side of the matrix products.
 *
 * @param from      number of the first product
 * @param isKnown   whether it was ever bought
 * @param columns   its features, `Features.ProductColumns` each
 * @param gaps      usual horizons between two purchases of one user
 * @param logPrices NaN where none was told
 * @param factors   `rank` each, as are the audiences: the mean factor of those who bought it in the last horizon, and in a quarter
 * @param links     by kind of [[Together]]
 */
final case class ProductBlock(
    from: Int,
    isKnown: Array[Boolean],
    columns: Array[Float],
    gaps: Array[Float],
    logPrices: Array[Float],
    factors: Array[Float],
    audience: Array[Float],
    newestAudience: Array[Float],
    links: Array[BlockLinks]
) {
  def size: Int = isKnown.length

  def sizeBytes: Long = {
    val floats = columns.length.toLong + gaps.length + logPrices.length + factors.length + audience.length + newestAudience.length
    isKnown.length + 4 * floats + links.map(_.sizeBytes).sum
  }
}

/**
 * What could be known at a moment: everything that candidates and their features are made from.
 *
 * @param purchases by user, before the moment; users without any are not there
 * @param popular   products by lines in the last quarter, in the last horizon, by first buys in it, by lines ever, and by buyers;
 *                  each best first, at most 400 numbers
 */
final class Snapshot(
    val asOfMs: Long,
    val horizonMs: Long,
    val rank: Int,
    val purchases: RDD[(Int, Purchases)],
    val factors: Factors,
    val blocks: RDD[ProductBlock],
    val popular: Broadcast[Array[Array[Int]]],
    val neighbours: RDD[(Int, Array[Neighbours])],
    stats: RDD[(Int, ProductStats)]
) {
  /** By product that anybody had bought: how many users had. */
  def buyers: RDD[(Int, Int)] = stats.mapValues(_.buyers)

  /** Frees what it holds; it cannot be used any more. */
  def unpersist(): Unit =
    Seq(purchases, factors.users, factors.products, blocks, stats).foreach(_.unpersist(blocking = false))
}

object Snapshot {
  private val ProductsPerBlock = 8192
  private val Popular = 400
  private val AudiencePrior = 5f

  /**
   * @param known         purchases before the moment
   * @param hasNeighbours whether candidates tell of products that go together; matrix factorisation alone looks at none
   */
  def of(
      known: RDD[(Int, Purchases)],
      productCount: Int,
      asOfMs: Long,
      horizonMs: Long,
      config: ModelConfig,
      hasNeighbours: Boolean,
      productsPerBlock: Int = ProductsPerBlock
  ): Snapshot = {
    val (sc, blocks) = (known.sparkContext, known.getNumPartitions)
    val purchases = known.filter(_._2.size > 0).persist(StorageLevel.MEMORY_AND_DISK_SER)
    val byProduct = new NumberPartitioner(productCount, math.max(1, math.ceil(productCount.toDouble / productsPerBlock).toInt))
    val stats = ProductStats.of(purchases, asOfMs, horizonMs, byProduct).persist(StorageLevel.MEMORY_AND_DISK)
    val totals = totalsOf(stats)
    val factors = Als.fit(
      weights(purchases, asOfMs, horizonMs, config),
      AlsConfig(config.rank, config.iterations, config.regularisation, config.alpha, config.seed),
      blocks
    )
    val audiences = audiencesOf(purchases, factors.users, asOfMs, horizonMs, config.rank, byProduct)
    val neighbours = Similar.of(purchases, stats, totals.stats.lines(ProductStats.Ever).toLong, asOfMs, horizonMs)
    val looked = if (hasNeighbours) neighbours else sc.emptyRDD[(Int, Array[Neighbours])]
    val assembled = stats
      .cogroup(factors.products, audiences, linksTo(looked, byProduct), byProduct)
      .mapPartitionsWithIndex { (part, rows) =>
        Iterator.single(assemble(byProduct.start(part), byProduct.start(part + 1), rows, totals, asOfMs, horizonMs, config.rank))
      }
      .persist(StorageLevel.MEMORY_AND_DISK)
    val popular = Broadcasts.checked(sc, "popular products", popularOf(stats), 20L * Popular)
    new Snapshot(asOfMs, horizonMs, config.rank, purchases, factors, assembled, popular, neighbours, stats)
  }

  private def totalsOf(stats: RDD[(Int, ProductStats)]): Features.Totals = {
    val parts = stats.mapPartitionsWithIndex { (part, rows) =>
      val (count, sum) = rows.foldLeft((0, ProductStats.None)) { case ((count, sum), (_, stats)) => (count + 1, sum + stats) }
      Iterator.single((part, count, sum))
    }.collect().sortBy(_._1)
    Features.Totals(parts.map(_._2).sum, parts.map(_._3).foldLeft(ProductStats.None)(_ + _))
  }

  /**
   * How strongly each user prefers each product, the r_ui of Hu, Koren and Volinsky (ICDM 2008): every purchase counts by its
   * type and fades with age.
   *
   *   weight(u, p) = sum over purchases of weight(type) * quantity ^ quantityExponent * 0.5 ^ (age / halfLife)
   *
   * @return user, product, weight > 0; one row per pair
   */
  private[cartograph] def weights(
      purchases: RDD[(Int, Purchases)],
      asOfMs: Long,
      horizonMs: Long,
      config: ModelConfig
  ): RDD[(Int, Int, Double)] = {
    val (halfLife, exponent) = (config.halfLifeHorizons, config.quantityExponent)
    purchases.flatMap { case (user, theirs) =>
      theirs.products.indices.groupBy(theirs.products(_)).iterator.map { case (product, lines) =>
        val weight = lines.map { line =>
          val age = (asOfMs - theirs.atMs(line)).toDouble / horizonMs
          theirs.weights(line) * math.pow(theirs.quantities(line).toDouble, exponent) * ProductStats.halved(age, halfLife)
        }.sum
        (user, product, weight)
      }
    }
  }

  /** The mean factor of the users that bought a product in the last horizon, and in its last quarter, shrunk towards zero. */
  private def audiencesOf(
      purchases: RDD[(Int, Purchases)],
      users: RDD[(Int, Array[Float])],
      asOfMs: Long,
      horizonMs: Long,
      rank: Int,
      byProduct: NumberPartitioner
  ): RDD[(Int, (Array[Float], Array[Float]))] = {
    purchases.join(users).mapPartitionsWithIndex { (part, rows) =>
      val sums = scala.collection.mutable.HashMap.empty[Int, Array[Float]]
      rows.toArray.sortBy(_._1).foreach { case (_, (theirs, factor)) =>
        theirs.products.indices.foreach { line =>
          val age = (asOfMs - theirs.atMs(line)).toDouble / horizonMs
          if (age <= 1) {
            val sum = sums.getOrElseUpdate(theirs.products(line), new Array[Float](2 * rank + 2))
            addTo(sum, 0, factor)
            if (age <= 0.25) addTo(sum, rank + 1, factor)
          }
        }
      }
      sums.iterator.map { case (product, sum) => product -> (part -> sum) }
    }.groupByKey(byProduct).mapValues { parts =>
      val sum = parts.toArray.sortBy(_._1).map(_._2).reduce((a, b) => a.zip(b).map { case (x, y) => x + y })
      def mean(offset: Int): Array[Float] = sum.slice(offset, offset + rank).map(_ / (sum(offset + rank) + AudiencePrior))
      (mean(0), mean(rank + 1))
    }
  }

  /** A factor and, behind it, one more that was added. */
  private def addTo(sum: Array[Float], offset: Int, factor: Array[Float]): Unit = {
    var i = 0
    while (i < factor.length) {
      sum(offset + i) += factor(i)
      i += 1
    }
    sum(offset + factor.length) += 1
  }

  /** Neighbours the other way round: by the product that they lead to, (kind, source, strength). */
  private def linksTo(
      neighbours: RDD[(Int, Array[Neighbours])],
      byProduct: NumberPartitioner
  ): RDD[(Int, (Int, Int, Float))] =
    neighbours.flatMap { case (source, kinds) =>
      kinds.iterator.zipWithIndex.flatMap { case (found, kind) =>
        found.products.iterator.zip(found.strengths.iterator).map { case (target, strength) =>
          target -> ((kind, source, strength))
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
      stats.mapValues(count).filter(_._2 > 0).takeOrdered(Popular)(Ordering.by(row => (-row._2, row._1))).map(_._1)
    }.toArray
  }

  private type Gathered =
    (Iterable[ProductStats], Iterable[Array[Float]], Iterable[(Array[Float], Array[Float])], Iterable[(Int, Int, Float)])

  private def assemble(
      from: Int,
      until: Int,
      rows: Iterator[(Int, Gathered)],
      totals: Features.Totals,
      asOfMs: Long,
      horizonMs: Long,
      rank: Int
  ): ProductBlock = {
    val size = math.max(0, until - from)
    val isKnown = new Array[Boolean](size)
    val columns = new Array[Float](size * Features.ProductColumns)
    val (gaps, logPrices) = (new Array[Float](size), Array.fill(size)(Float.NaN))
    val (factors, audience, newest) =
      (new Array[Float](size * rank), new Array[Float](size * rank), new Array[Float](size * rank))
    val links = Array.fill(Together.Count)(Array.newBuilder[(Int, Int, Float)])
    rows.foreach { case (product, (stats, factor, audiences, linked)) =>
      val place = product - from
      stats.foreach { of =>
        isKnown(place) = true
        Features.product(of, totals, asOfMs, horizonMs, columns, place * Features.ProductColumns)
        gaps(place) = Features.meanGap(of, totals).toFloat
        logPrices(place) = Features.meanLogPrice(of).toFloat
      }
      factor.foreach(System.arraycopy(_, 0, factors, place * rank, rank))
      audiences.foreach { case (one, quarter) =>
        System.arraycopy(one, 0, audience, place * rank, rank)
        System.arraycopy(quarter, 0, newest, place * rank, rank)
      }
      linked.foreach { case (kind, source, strength) => links(kind) += ((source, place, strength)) }
    }
    ProductBlock(from, isKnown, columns, gaps, logPrices, factors, audience, newest, links.map(kind => linksOf(kind.result())))
  }

  /** In the order of sources and targets: sorted by one number that holds both, and where the link stood. */
  private def linksOf(links: Array[(Int, Int, Float)]): BlockLinks = {
    val byTarget = links.sortBy(_._2)
    val keys = Array.tabulate(byTarget.length)(at => byTarget(at)._1.toLong << 32 | at)
    java.util.Arrays.sort(keys)
    val sorted = keys.map(key => byTarget(key.toInt))
    val starts = sorted.indices.filter(index => index == 0 || sorted(index)._1 != sorted(index - 1)._1).toArray
    BlockLinks(starts.map(sorted(_)._1), starts :+ sorted.length, sorted.map(_._2), sorted.map(_._3))
  }
}
