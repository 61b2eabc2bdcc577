package cartograph.ranking

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.features.{Candidates, Feature, Features}
import cartograph.lists.{ListKind, Lists}
import cartograph.platform.{Documents, Log, ParallelJobs}
import cartograph.sales.ModelConfig

/**
 * Orders by the mean of several ensembles of trees; see [[Cascade]].
 *
 * @param ensembles all of the same number of trees
 */
final case class ByTrees(ensembles: Array[Trees], list: ListKind) extends Scorer {
  val name: String = "trees"
  def scores(candidates: Candidates): Array[Double] =
    Cascade.scores(ensembles.toSeq, Seq(ensembles.head.trees.length), candidates, list).head

  /** Returns each feature's share of the gain of all splits, largest first; features without a split are left out. */
  def importances: Seq[(Feature, Double)] = {
    val gains = ensembles.map(_.gains(Features.Width)).transpose.map(_.sum)
    Features.all.map(feature => feature -> gains(feature.position) / gains.sum).filter(_._2 > 0).sortBy(-_._2)
  }
}

/**
 * Learns how to order candidates, a list at a time, from windows of time whose next purchases are known.
 *
 * A list is ordered by the best baseline, or by a blend of it with a model: trees, matrix factorisation, co-purchase, or a mixture
 * of these. [[BlendChoice]] shows how it is chosen.
 */
object Ranker extends Algorithm {
  val name: String = ModelConfig.DefaultAlgorithm
  val windows: Int = 2

  /** @param whole by list, the trees that learned from all windows, if they order the list; empty if the ranker was read */
  private final class FittedRanker(orders: Map[ListKind, ListOrder], val whole: Map[ListKind, Trees]) extends Fitted {
    private val scorers = orders.map { case (list, order) => list -> order.scorer(list) }
    def orderedBy(list: ListKind): String = scorers(list).name
    def order(list: ListKind): Option[ListOrder] = orders.get(list)
    def baselines(list: ListKind): Seq[Scorer] = orders(list).baselines
    def importances(list: ListKind): Seq[(Feature, Double)] = scorers(list) match {
      case Blended(_, parts, _) => parts.collect { case Part(trees: ByTrees, _) => trees.importances }.flatten
      case _ => Nil
    }
    def lists(users: RDD[(Int, Candidates)], depth: Int): RDD[(Int, Lists)] = ByScorers.lists(users, scorers, depth)
    override def document: Option[JsonNode] = Some(RankerDocument.of(orders))
  }

  override def read(key: String, document: JsonNode): Option[Fitted] = Some(of(RankerDocument.parse(key, document)))

  /** Makes a ranker of what was learned earlier. */
  private[cartograph] def of(orders: Map[ListKind, ListOrder]): Fitted = new FittedRanker(orders, whole = Map.empty)

  def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long, before: Option[Fitted]): Fitted = {
    val known = before.collect { case ranker: FittedRanker => ranker.whole }.getOrElse(Map.empty[ListKind, Trees])
    val fitted = ParallelJobs.run(ListKind.all.map { list => () =>
      val trees = new WindowTrees(windows.map(RankingSamples.sample(_, list, seed)), seed, known.get(list))
      val choice = BlendChoice.of(windows, list, trees)
      val order = ListOrder(choice.baseline, choice.baselines, choice.blend, ensemblesOf(choice, trees))
      (list, choice, order, Option.when(choice.hasTrees)(list -> trees.whole))
    })
    fitted.foreach { case (list, choice, _, _) => logChoice(list, choice) }
    new FittedRanker(
      orders = fitted.map { case (list, _, order, _) => list -> order }.toMap,
      whole = fitted.flatMap { case (_, _, _, whole) => whole }.toMap
    )
  }

  /**
   * Returns several ensembles, because a single one varies too much: those that learned from all windows but one, which exist
   * already, and one that learns from all windows.
   */
  private def ensemblesOf(choice: Choice, trees: WindowTrees): Seq[Trees] =
    choice.blend.filter(_.trees > 0).toSeq.flatMap { blend =>
      (trees.withoutEach.flatten :+ trees.whole).map(_.first(blend.trees))
    }

  private def logChoice(list: ListKind, choice: Choice): Unit = {
    val tried = choice.tried.map { case (name, ndcg) => name -> math.round(ndcg * 1e6) / 1e6 }
    Log.info(s"List ${list.name} is ordered by ${choice.name}", Documents.obj("tried" -> Documents.obj(tried: _*)))
  }
}
