package cartograph.evaluation

import cartograph.lists.RankingMeasures

/** The columns that each scorer has in the bootstrap, one scorer after the other. */
private[evaluation] object Column {
  /** Ranges of the number of products in a user's history, both ends inclusive. The last range has no end. */
  val Histories: Seq[(Int, Option[Int])] = Seq((0, Some(0)), (1, Some(1)), (2, Some(4)), (5, Some(19)), (20, None))

  val Ndcg: Int = 0
  val Recall: Int = 1
  val Map: Int = 2
  val HitRate: Int = 3
  val Novelty: Int = 4
  /** The first of one column per range of [[Histories]]. */
  val History: Int = 5
  /** The first of one column per tenth of the catalogue. */
  val Popularity: Int = History + Histories.size
  /** NDCG of the users to whom the served run gives a list. */
  val ServedUsers: Int = Popularity + Catalogue.Tenths
  val Count: Int = ServedUsers + 1
}

/**
 * Fills in the columns of one user.
 *
 * @param correct  products that the user bought in the holdout and that the list admits, ascending
 * @param owned    number of products that the user bought before
 * @param isServed whether the served run gives a list to the user
 * @param observed receives the values
 */
private[evaluation] final class Observer(
    correct: Array[Int],
    owned: Int,
    isServed: Boolean,
    catalogue: Catalogue,
    observed: Observed
) {

  /**
   * Adds the measures of one list.
   *
   * @param list   best first
   * @param offset first column of the scorer
   */
  def add(list: Array[Int], offset: Int): Unit = {
    val gain = RankingMeasures.ndcg(list, correct)
    put(offset + Column.Ndcg, gain)
    if (isServed) put(offset + Column.ServedUsers, gain)
    put(offset + Column.Recall, RankingMeasures.recall(list, correct))
    put(offset + Column.Map, RankingMeasures.averagePrecision(list, correct))
    put(offset + Column.HitRate, RankingMeasures.hit(list, correct))
    val shown = list.take(RankingMeasures.Depth)
    if (shown.nonEmpty) put(offset + Column.Novelty, shown.map(catalogue.information(_).toDouble).sum / shown.length)
    Column.Histories.zipWithIndex.foreach { case ((from, to), index) =>
      if (owned >= from && to.forall(owned <= _)) put(offset + Column.History + index, gain)
    }
    correct.foreach { product =>
      put(offset + Column.Popularity + catalogue.tenth(product) - 1, if (shown.contains(product)) 1 else 0)
    }
  }

  private def put(column: Int, value: Double): Unit = {
    observed.sums(column) += value
    observed.weights(column) += 1
  }
}
