package cartograph.evaluation

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD

import cartograph.platform.Broadcasts

/**
 * The popularity of each product before a moment.
 *
 * @param known how many products had been bought
 */
final class Catalogue(val known: Long, facts: Broadcast[Catalogue.Facts]) extends Serializable {
  /** Returns the tenth of the catalogue that a product is in, 1 for the products with the most buyers; 0 if it had no buyer. */
  def tenth(product: Int): Int = facts.value.tenths(product).toInt

  def isKnown(product: Int): Boolean = tenth(product) > 0

  /** Returns the self-information of a product: -log2 of the share of the users who had bought it, bits (Zhou et al., PNAS 107, 2010). */
  def information(product: Int): Float = facts.value.information(product)
}

object Catalogue {
  val Tenths = 10

  /** Arrays by product. They take five bytes per product: five megabytes for a million. */
  final case class Facts(tenths: Array[Byte], information: Array[Float])

  /**
   * @param buyers   by product: how many users had bought it, more than 0
   * @param users    how many users had bought anything
   * @param products product numbers are below it
   */
  def of(buyers: RDD[(Int, Int)], users: Long, products: Int): Catalogue = {
    Broadcasts.check("popularity of products", 5L * products)
    val sorted = buyers.sortBy { case (product, count) => (-count, product) }
    val known = sorted.count()
    val rows = sorted.zipWithIndex().map { case ((product, count), place) =>
      (product, (1 + Tenths * place / math.max(1, known)).toByte, (math.log(users.toDouble / count) / math.log(2)).toFloat)
    }.collect()
    // A product without buyers is in no tenth, and has the information of a product with one buyer.
    val facts =
      Facts(new Array[Byte](products), Array.fill(products)((math.log(math.max(1.0, users.toDouble)) / math.log(2)).toFloat))
    rows.foreach { case (product, tenth, information) =>
      facts.tenths(product) = tenth
      facts.information(product) = information
    }
    new Catalogue(known, Broadcasts.checked(buyers.sparkContext, "popularity of products", facts, 5L * products))
  }
}
