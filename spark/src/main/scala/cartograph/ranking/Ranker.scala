package cartograph.ranking

import org.apache.spark.rdd.RDD

import cartograph.features.{Candidates, Feature, Features}
import cartograph.lists.{ListKind, Lists}
import cartograph.platform.{Documents, Log, ParallelJobs}
import cartograph.sales.ModelConfig

/** Orders by the mean of several ensembles of trees. */
final case class ByTrees(ensembles: Array[Trees]) extends Scorer {
  val name: String = "trees"
  def scores(candidates: Candidates): Array[Double] =
    ensembles
      .map(_.scores(candidates.features, Features.Width))
      .reduce((a, b) => a.zip(b).map { case (x, y) => x + y })
      .map(_ / ensembles.length)

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

  private final class FittedRanker(choices: Map[ListKind, Choice], scorers: Map[ListKind, Scorer]) extends Fitted {
    def orderedBy(list: ListKind): String = scorers(list).name
    def baselines(list: ListKind): Seq[Scorer] = choices(list).baselines
    def importances(list: ListKind): Seq[(Feature, Double)] = scorers(list) match {
      case Blended(_, parts, _) => parts.collect { case Part(trees: ByTrees, _) => trees.importances }.flatten
      case _ => Nil
    }
    def lists(users: RDD[(Int, Candidates)], depth: Int): RDD[(Int, Lists)] = ByScorers.lists(users, scorers, depth)
  }

  def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long): Fitted = {
    val fitted = ParallelJobs.run(ListKind.all.map { list => () =>
      val choice = BlendChoice.of(windows, list, seed)
      (list, choice, scorerOf(windows, list, choice, seed))
    })
    fitted.foreach { case (list, choice, _) => logChoice(list, choice) }
    new FittedRanker(
      choices = fitted.map { case (list, choice, _) => list -> choice }.toMap,
      scorers = fitted.map { case (list, _, scorer) => list -> scorer }.toMap
    )
  }

  private def scorerOf(windows: Seq[RDD[(Int, Labelled)]], list: ListKind, choice: Choice, seed: Long): Scorer =
    choice.blend.fold(choice.baseline) { blend =>
      blend.scorer(ByTrees(ensemblesOf(windows, list, blend.trees, choice, seed)), choice.baseline, list)
    }

  /**
   * Returns several ensembles, because a single one varies too much: those that learned from all windows but one, which exist
   * already, and one that learns from all windows.
   */
  private def ensemblesOf(
      windows: Seq[RDD[(Int, Labelled)]],
      list: ListKind,
      trees: Int,
      choice: Choice,
      seed: Long
  ): Array[Trees] =
    if (trees == 0) Array.empty
    else {
      val own = seed + 1
      val samples = windows.map(RankingSamples.sample(_, list, own))
      val whole = LambdaMart.fit(RankingSamples.stacked(samples), LambdaMartConfig.of(samples, trees), own)
      (choice.trees.map(_.first(trees)) :+ whole).toArray
    }

  private def logChoice(list: ListKind, choice: Choice): Unit = {
    val tried = choice.tried.map { case (name, ndcg) => name -> math.round(ndcg * 1e6) / 1e6 }
    Log.info(s"List ${list.name} is ordered by ${choice.name}", Documents.obj("tried" -> Documents.obj(tried: _*)))
  }
}
