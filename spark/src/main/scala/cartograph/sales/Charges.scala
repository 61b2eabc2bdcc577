package cartograph.sales

import java.text.Normalizer
import java.util.Locale

import org.apache.spark.rdd.RDD

/**
 * A charge: a line of an order, such as postage, that customers pay for but do not choose.
 *
 * @param name  the most frequent name of its sales; None if no sale has one
 * @param sales number of its interactions
 */
final case class Charge(product: String, name: Option[String], sales: Long)

/**
 * The charges of a run, most frequent first. Like sales of a type with weight 0, their sales are kept and are not trained on.
 */
final case class Charges(all: Seq[Charge]) {
  private val products: Set[String] = all.map(_.product).toSet

  /** Number of their interactions. */
  def sales: Long = all.map(_.sales).sum

  /** Returns a set without the sales of charges. Its time, its hash and the numbers of repeats are still of all sales. */
  def leftOutOf(set: TrainingSet): TrainingSet =
    if (all.isEmpty) set
    else {
      val left = products
      new TrainingSet(
        set.interactions.filter(sale => !left(sale.product)),
        set.uncompacted,
        set.summary.copy(interactions = set.summary.interactions - sales)
      )
    }
}

object Charges {
  val none: Charges = Charges(Nil)

  /** Of more products with the name of a charge, the others are trained on: their ids have to fit into the driver. */
  val Most: Int = 100000

  /**
   * Finds the charges of a shop. A product is a charge if the configuration says so of its id; if it does not say anything of the
   * id, of the names that most of the product's named sales have. See [[comparable]] for how texts are compared.
   *
   * @param interactions distinct interactions, in any order
   * @param configured   for each name, true if what has it is a charge, and false if it is a product
   */
  def of(interactions: RDD[Interaction], configured: Map[String, Boolean]): Charges = {
    val known = configured.toSeq.sortBy(_._1).map { case (name, isCharge) => comparable(name) -> isCharge }.toMap - ""
    val possible = possibleOf(interactions, known)
    if (possible.isEmpty) none
    else {
      val tallies = talliesOf(interactions, possible, known).collect().toSeq
      val found = tallies.collect { case (product, tally) if isCharge(product, tally, known) => tally.charge(product) }
      Charges(found.sortBy(charge => (-charge.sales, charge.product)))
    }
  }

  /** Returns the products of which the id or any name is that of a charge, at most [[Most]]. */
  private def possibleOf(interactions: RDD[Interaction], known: Map[String, Boolean]): Set[String] =
    if (!known.valuesIterator.contains(true)) Set.empty
    else interactions.mapPartitions { part =>
      val verdicts = new Verdicts(known)
      def isCharge(text: String): Boolean = verdicts(text).contains(true)
      part.collect {
        case sale if isCharge(sale.product) || sale.productName.exists(isCharge) => sale.product
      }.toSet.iterator
    }.distinct().takeOrdered(Most).toSet

  /**
   * The sales of a product.
   *
   * @param named   number of those with a name
   * @param charges number of those with the name of a charge
   * @param usual   the most frequent name with its number, of equally frequent ones the first
   */
  private final case class Tally(sales: Long, named: Long, charges: Long, usual: Option[(String, Long)]) {
    def +(other: Tally): Tally = Tally(
      sales = sales + other.sales,
      named = named + other.named,
      charges = charges + other.charges,
      usual = (usual ++ other.usual).toSeq.sortBy { case (name, count) => (-count, name) }.headOption
    )

    def charge(product: String): Charge = Charge(product, usual.map(_._1), sales)
  }

  /** Counts on the executors, because a product may have another name in each of its sales. */
  private def talliesOf(
      interactions: RDD[Interaction],
      products: Set[String],
      known: Map[String, Boolean]
  ): RDD[(String, Tally)] =
    interactions
      .filter(sale => products(sale.product))
      .map(sale => (sale.product, sale.productName) -> 1L)
      .reduceByKey(_ + _)
      .mapPartitions { part =>
        val verdicts = new Verdicts(known)
        part.map { case ((product, name), count) =>
          product -> Tally(
            sales = count,
            named = name.fold(0L)(_ => count),
            charges = name.filter(verdicts(_).contains(true)).fold(0L)(_ => count),
            usual = name.map(_ -> count)
          )
        }
      }
      .reduceByKey(_ + _)

  private def isCharge(product: String, tally: Tally, known: Map[String, Boolean]): Boolean =
    known.getOrElse(comparable(product), 2 * tally.charges > tally.named)

  /** Says for texts if they are charges or products by name, and remembers it, because a shop repeats its few ids and names. */
  private final class Verdicts(known: Map[String, Boolean]) {
    private val verdicts = scala.collection.mutable.HashMap.empty[String, Option[Boolean]]

    def apply(text: String): Option[Boolean] =
      if (text.length > LongestText) None else verdicts.getOrElseUpdate(text, known.get(comparable(text)))
  }

  /** Longer names are not looked at. Ids have at most half of that. */
  private val LongestText = 512

  /**
   * Returns the form in which ids and names are compared: in lower case, without accents, with "and" for "&", and without spaces and
   * the characters `_-.:/`, except between digits: `10-1` is not 101. lambdas/shared/contract/charges.ts has the same rule.
   */
  private[sales] def comparable(text: String): String =
    Normalizer.normalize(text, Normalizer.Form.NFKD)
      .replaceAll("\\p{M}+", "")
      .replace('\u2019', '\'')
      .replace("&", " and ")
      .toLowerCase(Locale.ROOT)
      .replaceAll(s"(?<![0-9])$Separators|$Separators(?![0-9])", "")

  private val Separators = "[\\s\\p{Z}_.:/-]+"
}
