package cartograph.evaluation

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD

import cartograph.platform.Broadcasts

/**
 * The popularity of each product before a moment.
 *
 * @param known number of products that had been bought
 */
final class Catalogue(val known: Long, facts: Broadcast[Catalogue.Facts]) extends Serializable {
  /** Returns the tenth of the catalogue that a product is in, 1 for the products with the most buyers; 0 if it had no buyer. */
  def tenth(product: Int): Int = facts.value.tenths(product).toInt

  def isKnown(product: Int): Boolean = tenth(product) > 0

  /**
   * Returns the self-information of a product, bits: -log2 of the share of the users who had bought it (Zhou et al., PNAS 107,
   * 2010).
   */
  def information(product: Int): Float = facts.value.information(product)
}

object Catalogue {
  val Tenths: Int = 10

  /** Arrays by product. They take five bytes per product: five megabytes for a million. */
  final case class Facts(tenths: Array[Byte], information: Array[Float])

  /**
   * Computes the popularity of each product. One row per product reaches the driver, after its size was checked.
   *
   * @param buyers   product number to the number of users who had bought it, more than 0
   * @param users    number of users who had bought anything
   * @param products number of products of the shop
   * @throws IllegalArgumentException if there are so many products that the arrays are too large to broadcast
   */
  def of(buyers: RDD[(Int, Int)], users: Long, products: Int): Catalogue = {
    Broadcasts.check("popularity of products", 5L * products)
    val sorted = buyers.sortBy { case (product, count) => (-count, product) }
    val known = sorted.count()
    val rows = sorted.zipWithIndex().map { case ((product, count), place) =>
      (product, (1 + Tenths * place / math.max(1, known)).toByte, (math.log(users.toDouble / count) / math.log(2)).toFloat)
    }.collect()
    // A product without buyers is in no tenth, and has the information of a product with one buyer.
    val ofOneBuyer = (math.log(math.max(1.0, users.toDouble)) / math.log(2)).toFloat
    val facts = Facts(tenths = new Array[Byte](products), information = Array.fill(products)(ofOneBuyer))
    rows.foreach { case (product, tenth, information) =>
      facts.tenths(product) = tenth
      facts.information(product) = information
    }
    new Catalogue(known, Broadcasts.checked(buyers.sparkContext, "popularity of products", facts, 5L * products))
  }
}
