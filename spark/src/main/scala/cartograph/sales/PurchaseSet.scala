package cartograph.sales

import org.apache.spark.rdd.RDD

/**
 * The purchases and returns of a [[TrainingSet]], without other events, such as views, and sales that are not trained on.
 *
 * A share of the sales, and how long it takes, follow from purchases alone: a shop that begins to send views, or a type of event
 * that has no weight, sells no faster than before.
 *
 * @param interactions one per address; see [[TrainingSet]]
 * @param count        their number
 * @param time         the time of all sales, with the usual length of purchases
 */
final case class PurchaseSet(interactions: RDD[Interaction], count: Long, time: SalesTime)

object PurchaseSet {
  /** Returns the purchases of a set, which is read once more if it has anything else. */
  def of(set: TrainingSet, types: SaleTypes): PurchaseSet =
    if (types.purchases == set.summary.interactions) PurchaseSet(set.interactions, types.purchases, set.summary.time)
    else {
      val weights = types.purchaseWeights
      val interactions = set.interactions.filter(sale => weights.contains(sale.kind))
      val usualMs = SalesTime.usualMs(SaleMoments.of(interactions.map(_.atMs)))
      PurchaseSet(interactions, types.purchases, set.summary.time.copy(usualMs = usualMs))
    }
}
