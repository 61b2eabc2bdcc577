package cartograph

import org.apache.spark.HashPartitioner
import org.apache.spark.Partitioner
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

/** A user's dealings with a product. Numbers stand for ids; both count from 0 in the order of the ids. */
final case class Pair(
    user: Int,
    product: Int,
    /** Preference from all sales; 0 if the net quantity is not positive. */
    strength: Double,
    /** The same from the sales before the holdout. */
    trainStrength: Double,
    netQuantity: Double,
    /** Bought, net, within the holdout. */
    isHeldOut: Boolean,
    /** Whether anybody bought the product before the holdout. */
    isProductKnown: Boolean
)

/**
 * @param buyers      users with a positive net quantity
 * @param trainBuyers the same before the holdout
 */
final case class Product(number: Int, id: String, name: Option[String], buyers: Long, trainBuyers: Long) {
  def label: String = name.getOrElse(id)
}

/** The sales of a shop, netted and numbered. */
final class Shop(
    /** Number and id of every user; partitioned and sorted by number. */
    val users: RDD[(Int, String)],
    val userCount: Int,
    val products: RDD[Product],
    val productCount: Int,
    /** By user, sorted by user and product. */
    val pairs: RDD[(Int, Pair)],
    val byUser: NumberPartitioner,
    val unweighted: Long
)

/** Splits numbers 0 until `count` into runs of equal length, so that partitions are in order. */
final class NumberPartitioner(private val count: Int, override val numPartitions: Int) extends Partitioner {
  private val size = math.max(1, math.ceil(count.toDouble / numPartitions).toInt)
  override def getPartition(key: Any): Int = key match {
    case number: Int => math.min(number / size, numPartitions - 1)
    case (number: Int, _) => math.min(number / size, numPartitions - 1)
    case other => throw new IllegalArgumentException(s"Cannot place $other: should be a number")
  }
  override def equals(other: Any): Boolean = other match {
    case that: NumberPartitioner => that.numPartitions == numPartitions && that.count == count
    case _ => false
  }
  override def hashCode: Int = count * 31 + numPartitions
}

object Shop {

  /** Sums over the sales of one user and product. */
  private final case class Sums(quantity: Double, weight: Double, trainQuantity: Double, trainWeight: Double, heldQuantity: Double) {
    def +(other: Sums): Sums = Sums(
      quantity + other.quantity,
      weight + other.weight,
      trainQuantity + other.trainQuantity,
      trainWeight + other.trainWeight,
      heldQuantity + other.heldQuantity
    )
    def isRelevant: Boolean = isBought(quantity) || isBought(trainQuantity) || isBought(heldQuantity)
  }

  /** Sums of fractional quantities that cancel out leave a rest. */
  private val Epsilon = 1e-9
  private def isBought(quantity: Double): Boolean = quantity > Epsilon

  /**
   * Nets out returns and counts purchases.
   *
   *   strength(u, p) = ln(1 + sum over purchases of weight(type)) if the net quantity of u and p is positive, else 0
   *
   * The count of purchases and not their quantity: a user who bought 500 candles once likes them less surely than one
   * who came back five times. The logarithm is the damping that Hu, Koren and Volinsky (ICDM 2008) use for their counts.
   *
   * @param interactions distinct interactions, in any order
   * @param holdoutFrom  interactions at or after this moment, epoch ms, are the holdout
   * @param blocks       partitions of the result
   */
  def build(
      interactions: RDD[Interaction],
      weights: Map[String, Double],
      holdoutFrom: Option[Long],
      blocks: Int
  ): Shop = {
    val partitioner = new HashPartitioner(blocks)
    val sums = interactions
      .flatMap(sale => weights.get(sale.kind).map(weight => (sale.user, sale.product) -> sumsOf(sale, weight, holdoutFrom)))
      .reduceByKey(partitioner, _ + _)
      .filter(_._2.isRelevant)
      .persist(StorageLevel.MEMORY_AND_DISK)

    val users = numbered(sums.map(_._1._1).distinct(blocks), blocks)
    val products = numberedProducts(sums, interactions, blocks)
    val productByKey = products.map(product => product.id -> product)
    val (userCount, productCount) = (users.count().toInt, products.count().toInt)

    val byUser = new NumberPartitioner(userCount, blocks)
    val pairs = sums
      .map { case ((user, product), sum) => user -> (product -> sum) }
      .join(users, partitioner)
      .map { case (_, ((product, sum), user)) => product -> (user -> sum) }
      .join(productByKey, partitioner)
      .map { case (_, ((user, sum), product)) => (user, product.number) -> toPair(user, product, sum) }
      .repartitionAndSortWithinPartitions(byUser)
      .mapPartitions(_.map { case ((user, _), pair) => user -> pair })
      .setName("pairs")
    val placed = new Placed(pairs, byUser).persist(StorageLevel.MEMORY_AND_DISK)
    val unweighted = interactions.filter(sale => !weights.contains(sale.kind)).count()
    new Shop(
      users.map(_.swap).repartitionAndSortWithinPartitions(byUser).persist(StorageLevel.MEMORY_AND_DISK),
      userCount,
      products,
      productCount,
      placed,
      byUser,
      unweighted
    )
  }

  private def sumsOf(sale: Interaction, weight: Double, holdoutFrom: Option[Long]): Sums = {
    val isHeld = holdoutFrom.exists(sale.atMs >= _)
    val purchase = if (sale.quantity > 0) weight else 0
    if (isHeld) Sums(sale.quantity, purchase, 0, 0, sale.quantity)
    else Sums(sale.quantity, purchase, sale.quantity, purchase, 0)
  }

  private def toPair(user: Int, product: Product, sum: Sums): Pair = {
    def strength(quantity: Double, weight: Double): Double = if (isBought(quantity)) math.log1p(weight) else 0
    Pair(
      user,
      product.number,
      strength(sum.quantity, sum.weight),
      strength(sum.trainQuantity, sum.trainWeight),
      sum.quantity,
      isHeldOut = isBought(sum.heldQuantity),
      isProductKnown = product.trainBuyers > 0
    )
  }

  /** Numbers ids from 0 in their order. */
  private def numbered(ids: RDD[String], blocks: Int): RDD[(String, Int)] =
    ids.sortBy(identity, numPartitions = blocks).zipWithIndex().mapValues(_.toInt).persist(StorageLevel.MEMORY_AND_DISK)

  private def numberedProducts(
      sums: RDD[((String, String), Sums)],
      interactions: RDD[Interaction],
      blocks: Int
  ): RDD[Product] = {
    val buyers = sums.map { case ((_, product), sum) =>
      product -> ((if (isBought(sum.quantity)) 1L else 0L, if (isBought(sum.trainQuantity)) 1L else 0L))
    }.reduceByKey((a, b) => (a._1 + b._1, a._2 + b._2), blocks)
    val names = interactions
      .flatMap(sale => sale.productName.map(name => sale.product -> (sale.atMs -> name)))
      .reduceByKey((a, b) => newest(a, b), blocks)
    buyers
      .leftOuterJoin(names)
      .sortByKey(numPartitions = blocks)
      .zipWithIndex()
      .map { case ((id, ((all, train), name)), number) => Product(number.toInt, id, name.map(_._2), all, train) }
      .persist(StorageLevel.MEMORY_AND_DISK)
  }

  /** The name given last; of several at once the one that sorts first. */
  private def newest(a: (Long, String), b: (Long, String)): (Long, String) =
    if (a._1 != b._1) { if (a._1 > b._1) a else b }
    else if (a._2 <= b._2) a
    else b
}

/** Pairs that are known to lie where `partitioner` puts them, so that joins by user move nothing. */
private final class Placed(parent: RDD[(Int, Pair)], byUser: NumberPartitioner) extends RDD[(Int, Pair)](parent) {
  override val partitioner: Option[Partitioner] = Some(byUser)
  override protected def getPartitions: Array[org.apache.spark.Partition] = parent.partitions
  override def compute(split: org.apache.spark.Partition, context: org.apache.spark.TaskContext): Iterator[(Int, Pair)] =
    parent.iterator(split, context)
}
