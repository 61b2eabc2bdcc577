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
  val olderWindows: Int = 1

  private final class FittedRanker(orders: Map[ListKind, ListOrder]) extends Fitted {
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
  private[cartograph] def of(orders: Map[ListKind, ListOrder]): Fitted = new FittedRanker(orders)

  def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long, older: Seq[RDD[(Int, Labelled)]]): Fitted = {
    val fitted = ParallelJobs.run(ListKind.all.map { list => () =>
      val added = if (usesOlder(list)) older else Nil
      val others = if (added.isEmpty) RankingSamples.Others else RankingSamples.FewerOthers
      def sampled(from: Seq[RDD[(Int, Labelled)]]) = from.map(RankingSamples.sample(_, list, seed, others))
      val trees = new WindowTrees(sampled(windows), seed, sampled(added))
      val choice = BlendChoice.of(windows, list, trees)
      (list, choice, ListOrder(choice.baseline, choice.baselines, choice.blend, ensemblesOf(choice, trees)))
    })
    fitted.foreach { case (list, choice, _) => logChoice(list, choice) }
    of(fitted.map { case (list, _, order) => list -> order }.toMap)
  }

  /**
   * Whether a list learns from older windows. They teach what people discover, and what they buy again is better learned from what
   * is new.
   */
  private def usesOlder(list: ListKind): Boolean = list == ListKind.New

  /**
   * Returns several ensembles, because a single one varies too much: those that learned from all windows but one, which exist
   * already, and one that learns from all. Of that one, only as many trees grow as the blend has.
   */
  private def ensemblesOf(choice: Choice, trees: WindowTrees): Seq[Trees] =
    choice.blend.filter(_.trees > 0).toSeq.flatMap { blend =>
      trees.withoutEach.flatten.map(_.first(blend.trees)) :+ trees.whole(blend.trees)
    }

  private def logChoice(list: ListKind, choice: Choice): Unit = {
    val tried = choice.tried.map { case (name, ndcg) => name -> math.round(ndcg * 1e6) / 1e6 }
    Log.info(s"List ${list.name} is ordered by ${choice.name}", Documents.obj("tried" -> Documents.obj(tried: _*)))
  }
}
