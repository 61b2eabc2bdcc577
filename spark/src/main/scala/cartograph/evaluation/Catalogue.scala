package cartograph.evaluation

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD

import cartograph.platform.Broadcasts

/**
 * How popular each product was at a moment, by its number.
 *
 * @param known how many products had been bought
 */
final class Catalogue(val known: Long, facts: Broadcast[Catalogue.Facts]) extends Serializable {
  /** 1: among the tenth of the products that most users had bought. */
  def tenth(product: Int): Int = facts.value.tenths(product).toInt

  def isKnown(product: Int): Boolean = tenth(product) > 0

  /** Self-information: -log2 of the share of users that had bought it, bits (Zhou et al., PNAS 107, 2010). */
  def information(product: Int): Float = facts.value.information(product)
}

object Catalogue {
  val Tenths = 10

  /** Five bytes a product: of a million products five megabytes. */
  final case class Facts(tenths: Array[Byte], information: Array[Float])

  /**
   * @param buyers   by product: users who had bought it, more than 0
   * @param users    who had bought anything
   * @param products numbers are below it
   */
  def of(buyers: RDD[(Int, Int)], users: Long, products: Int): Catalogue = {
    Broadcasts.check("popularity of products", 5L * products)
    val sorted = buyers.sortBy { case (product, count) => (-count, product) }
    val known = sorted.count()
    val rows = sorted.zipWithIndex().map { case ((product, count), place) =>
      (product, (1 + Tenths * place / math.max(1, known)).toByte, (math.log(users.toDouble / count) / math.log(2)).toFloat)
    }.collect()
    // What nobody had bought is in no tenth, and tells as much as what one user had bought.
    val facts =
      Facts(new Array[Byte](products), Array.fill(products)((math.log(math.max(1.0, users.toDouble)) / math.log(2)).toFloat))
    rows.foreach { case (product, tenth, information) =>
      facts.tenths(product) = tenth
      facts.information(product) = information
    }
    new Catalogue(known, Broadcasts.checked(buyers.sparkContext, "popularity of products", facts, 5L * products))
  }
}
