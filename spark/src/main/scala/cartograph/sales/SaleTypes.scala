package cartograph.sales

import java.util.Locale

import org.apache.spark.HashPartitioner
import org.apache.spark.rdd.RDD

/**
 * A type of sale.
 *
 * @param name   as the sales spell it
 * @param count  number of its interactions
 * @param weight as configured; None if the configuration does not name the type
 */
final case class SaleType(name: String, count: Long, weight: Option[Double]) {
  def isTrained: Boolean = weight.exists(_ > 0)
}

/**
 * The types of the sales of a run.
 *
 * @param known        types that the configuration names, most frequent first
 * @param unknown      the most frequent other types, most frequent first; at most [[SaleTypes.ShownUnknown]]
 * @param unknownTypes number of all other types
 * @param unknownSales number of all interactions of other types
 */
final case class SaleTypes(known: Seq[SaleType], unknown: Seq[SaleType], unknownTypes: Long, unknownSales: Long) {
  private val trained: Seq[(SaleType, Double)] =
    known.flatMap(saleType => saleType.weight.filter(_ => saleType.isTrained).map(saleType -> _))

  /**
   * Weights of the types that are trained on, by their names in the sales: the configured ones divided by that of the heaviest
   * type that is common, so that only their ratios matter. In a shop that only sends views, a view counts as a purchase does
   * elsewhere. A type with fewer than [[SaleTypes.LeastCommon]] sales is not common, unless none is.
   */
  def weights: Map[String, Double] = trained.map { case (saleType, weight) => saleType.name -> weight / heaviest }.toMap

  /** Configured weight of the heaviest type that is common, which [[weights]] are relative to; 1 without such a type. */
  def heaviest: Double = {
    val common = trained.filter { case (saleType, _) => saleType.count >= SaleTypes.LeastCommon }
    (if (common.isEmpty) trained else common).map { case (_, weight) => weight }.maxOption.getOrElse(1.0)
  }

  /** The part of [[weights]] that is of purchases, and not of other events. */
  def purchaseWeights: Map[String, Double] = weights.filter { case (_, weight) => Purchases.isPurchase(weight) }

  /** Number of interactions of the types in [[purchaseWeights]]. */
  def purchases: Long = {
    val names = purchaseWeights.keySet
    known.filter(saleType => names.contains(saleType.name)).map(_.count).sum
  }

  /** Number of interactions that are not trained on: those of unknown types, and of types with weight 0. */
  def untrained: Long = unknownSales + known.filterNot(_.isTrained).map(_.count).sum

  /** Describes for people what is missing from training by mistake; None if nothing is. */
  def problem: Option[String] = {
    val advice = "name them in model.typeWeights (npm start: --type-weights NAME=WEIGHT), with 0 for those to leave out"
    if (trained.isEmpty && untrained > 0)
      Some(s"Nothing was trained on, because no type has a weight (sales: $untrained); $advice")
    else if (unknownSales > 0)
      Some(
        s"Sales not trained on, because the configuration does not name their types: $unknownSales (types: $unknownTypes); $advice"
      )
    else None
  }

  /** The known and the listed unknown types, most frequent first. */
  def all: Seq[SaleType] = (known ++ unknown).sorted(SaleTypes.MostFrequent)

  /** Adds the counts of other sales, none of which has the same types. */
  private def +(other: SaleTypes): SaleTypes = {
    val (kept, rest) = (known ++ other.known).sorted(SaleTypes.MostFrequent).splitAt(SaleTypes.MostSpellings)
    SaleTypes(
      known = kept,
      unknown = (unknown ++ other.unknown).sorted(SaleTypes.MostFrequent).take(SaleTypes.ShownUnknown),
      unknownTypes = unknownTypes + other.unknownTypes + rest.size,
      unknownSales = unknownSales + other.unknownSales + rest.map(_.count).sum
    )
  }
}

object SaleTypes {
  /** Types are free text: of those that the configuration does not name, as many are reported. */
  val ShownUnknown: Int = 20

  /** Spellings of known types that are trained on, most frequent first; more are taken for unknown. */
  private val MostSpellings = 1000

  /** Fewer sales of a type than the users that a comparison needs say nothing about the shop. */
  val LeastCommon: Long = 50L

  private val MostFrequent: Ordering[SaleType] = Ordering.by(saleType => (-saleType.count, saleType.name))

  /**
   * Counts the interactions of every type.
   *
   * A type has the weight of the name that is written exactly as it; otherwise of the name that differs only in upper and lower
   * case and separators, as `Add-To-Cart` from `add_to_cart`; the first one of several, in the order of names.
   *
   * @param interactions distinct interactions, in any order
   * @param weights      configured weights, at least 0
   */
  def of(interactions: RDD[Interaction], weights: Map[String, Double]): SaleTypes = {
    val byComparable = weights.toSeq.sortBy(_._1).reverse.map { case (name, weight) => comparable(name) -> weight }.toMap
    def weightOf(kind: String): Option[Double] = weights.get(kind).orElse(byComparable.get(comparable(kind)))
    interactions
      .map(_.kind -> 1L)
      .reduceByKey(new HashPartitioner(interactions.getNumPartitions), _ + _)
      .mapPartitions { counts =>
        Iterator.single(counts.foldLeft(Nothing) { case (types, (kind, count)) =>
          types + of(SaleType(kind, count, weightOf(kind)))
        })
      }
      .fold(Nothing)(_ + _)
  }

  private val Nothing: SaleTypes = SaleTypes(Nil, Nil, unknownTypes = 0, unknownSales = 0)

  private def of(single: SaleType): SaleTypes =
    if (single.weight.isDefined) SaleTypes(Seq(single), Nil, unknownTypes = 0, unknownSales = 0)
    else SaleTypes(Nil, Seq(single), unknownTypes = 1, unknownSales = single.count)

  /** The form in which types are compared; lambdas/shared/contract/event-types.ts has the same rule. */
  private def comparable(kind: String): String = kind.toLowerCase(Locale.ROOT).replaceAll("[\\s_.:/-]+", "")
}
