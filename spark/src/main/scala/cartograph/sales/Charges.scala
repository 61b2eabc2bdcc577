package cartograph.sales

import org.apache.spark.rdd.RDD

/**
 * A charge: something that a shop sells as a line of an order and that is no product, such as postage.
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

  /** As many charges at most are looked for, so that a shop whose ids are all alike does not fill the driver. */
  private val Most = 1000

  /**
   * Finds the charges of a shop: products whose id, or the name of most of their named sales, is the name of a charge. Upper and lower
   * case and separators do not matter, as for types; see [[SaleTypes]].
   *
   * @param interactions distinct interactions, in any order
   * @param configured   whether what has this name is a charge, by name
   */
  def of(interactions: RDD[Interaction], configured: Map[String, Boolean]): Charges = {
    val names = configured.collect { case (name, true) => SaleTypes.comparable(name) }.toSet
    val kept = configured.collect { case (name, false) => SaleTypes.comparable(name) }.toSet
    if (names.isEmpty) none
    else {
      val possible = possibleOf(interactions, names)
      if (possible.isEmpty) none
      else {
        val isNamed = new Named(names)
        val found = namesOf(interactions, possible).flatMap { case (product, counts) =>
          val byName = counts.collect { case (Some(name), count) => name -> count }
          val matching = byName.collect { case (name, count) if isNamed(name) => count }.sum
          val usual = byName.toSeq.sortBy { case (name, count) => (-count, name) }.headOption.map(_._1)
          val isKept = (product +: usual.toSeq).exists(text => kept(SaleTypes.comparable(text)))
          val isCharge = isNamed(product) || 2 * matching > byName.values.sum
          Option.when(isCharge && !isKept)(Charge(product, usual, counts.values.sum))
        }
        Charges(found.toSeq.sortBy(charge => (-charge.sales, charge.product)))
      }
    }
  }

  /** Returns the products with an id or any name of a charge. */
  private def possibleOf(interactions: RDD[Interaction], names: Set[String]): Set[String] =
    interactions.mapPartitions { part =>
      val isNamed = new Named(names)
      part.collect {
        case sale if isNamed(sale.product) || sale.productName.exists(isNamed(_)) => sale.product
      }.toSet.iterator
    }.distinct().take(Most).toSet

  /** Returns the number of interactions of each product by the name that they have. */
  private def namesOf(interactions: RDD[Interaction], products: Set[String]): Map[String, Map[Option[String], Long]] =
    interactions
      .filter(sale => products(sale.product))
      .map(sale => (sale.product, sale.productName) -> 1L)
      .reduceByKey(_ + _)
      .collect()
      .groupMap { case ((product, _), _) => product } { case ((_, name), count) => name -> count }
      .map { case (product, counts) => product -> counts.toMap }

  /** Compares texts with names, and remembers the answers, because a shop repeats its few ids and names in all of its sales. */
  private final class Named(names: Set[String]) {
    private val longest = names.map(_.length).max
    private val answers = scala.collection.mutable.HashMap.empty[String, Boolean]

    def apply(text: String): Boolean =
      // Separators at least double a name, or it is none.
      text.length <= 2 * longest && answers.getOrElseUpdate(text, names(SaleTypes.comparable(text)))
  }
}
