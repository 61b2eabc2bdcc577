package cartograph.sales

import org.apache.spark.HashPartitioner
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.platform.NumberPartitioner

/**
 * A product that was sold, even if every unit was returned.
 *
 * @param name   the name in the catalogue, otherwise the newest name of the sales; None if there is neither
 * @param buyers number of users with a positive net quantity
 */
final case class Product(number: Int, id: String, name: Option[String], buyers: Long) {
  def label: String = name.getOrElse(id)
}

/** The users and products of a shop, numbered from 0, each in the order of their ids. */
final class Shop(
    /** Number and id of every user, partitioned by `byUser` and sorted by number. */
    val users: RDD[(Int, String)],
    val userCount: Int,
    /** Sorted by number. */
    val products: RDD[Product],
    val productCount: Int,
    val byUser: NumberPartitioner
)

object Shop {

  /** Sums of fractional quantities that cancel out are not exactly 0. */
  private[cartograph] val Epsilon: Double = 1e-9
  private def isBought(quantity: Double): Boolean = quantity > Epsilon

  /**
   * Subtracts returns from purchases, and numbers users and products.
   *
   * Users and products with only returned purchases keep their numbers, because the ranker also learns from moments before
   * the returns. Sales that are not purchases, such as views, number their users and products too; see [[Purchases]].
   *
   * @param interactions distinct interactions, in any order
   * @param weights      weights of the types of sales, see [[SaleTypes]]; sales of other types are left out
   * @param blocks       number of partitions of the result
   * @param catalogue    names of products, which replace those of the sales; each product once, in any order; None without a
   *                     catalogue. Products that were not sold do not matter
   */
  def build(
      interactions: RDD[Interaction],
      weights: Map[String, Double],
      blocks: Int,
      catalogue: Option[RDD[(String, String)]] = None
  ): Shop = {
    val partitioner = new HashPartitioner(blocks)
    val sums = interactions
      .flatMap { sale =>
        weights.get(sale.kind).map { weight =>
          (sale.user, sale.product) -> (if (Purchases.isPurchase(weight)) sale.quantity else 0.0)
        }
      }
      .reduceByKey(partitioner, _ + _)
      .persist(StorageLevel.MEMORY_AND_DISK)

    val users = numbered(sums.map { case ((user, _), _) => user }.distinct(blocks), blocks)
    val products = numberedProducts(sums, names(interactions, catalogue, blocks), blocks)
    val (userCount, productCount) = (users.count().toInt, products.count().toInt)

    val byUser = new NumberPartitioner(userCount, blocks)
    sums.unpersist(blocking = false)
    new Shop(
      users = users.map(_.swap).repartitionAndSortWithinPartitions(byUser).persist(StorageLevel.MEMORY_AND_DISK),
      userCount = userCount,
      products = products,
      productCount = productCount,
      byUser = byUser
    )
  }

  /** Numbers ids from 0 in ascending order. */
  private def numbered(ids: RDD[String], blocks: Int): RDD[(String, Int)] =
    ids.sortBy(identity, numPartitions = blocks).zipWithIndex().mapValues(_.toInt).persist(StorageLevel.MEMORY_AND_DISK)

  private def numberedProducts(
      sums: RDD[((String, String), Double)],
      names: RDD[(String, String)],
      blocks: Int
  ): RDD[Product] = {
    val buyers = sums
      .map { case ((_, product), quantity) => product -> (if (isBought(quantity)) 1L else 0L) }
      .reduceByKey(_ + _, blocks)
    buyers
      .leftOuterJoin(names)
      .sortByKey(numPartitions = blocks)
      .zipWithIndex()
      .map { case ((id, (count, name)), number) => Product(number.toInt, id, name, count) }
      .persist(StorageLevel.MEMORY_AND_DISK)
  }

  private def names(
      interactions: RDD[Interaction],
      catalogue: Option[RDD[(String, String)]],
      blocks: Int
  ): RDD[(String, String)] = {
    val sold = interactions
      .flatMap(sale => sale.productName.map(name => sale.product -> (sale.atMs -> name)))
      .reduceByKey((a, b) => newest(a, b), blocks)
      .mapValues { case (_, name) => name }
    catalogue.fold(sold)(named => sold.subtractByKey(named) ++ named)
  }

  /** Returns the newer of two names with their times; of two from the same moment, the one that sorts first. */
  private def newest(a: (Long, String), b: (Long, String)): (Long, String) = {
    val ((aMs, aName), (bMs, bName)) = (a, b)
    if (aMs > bMs || (aMs == bMs && aName <= bName)) a else b
  }
}
