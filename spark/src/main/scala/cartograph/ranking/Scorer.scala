package cartograph.ranking

import org.apache.spark.rdd.RDD

import cartograph.features.{Candidates, Feature, Features}
import cartograph.lists.{ListKind, Lists, Ranked, Ranking, Selection}

/** A way to order candidates. */
trait Scorer extends Serializable {
  /** The name in metrics.json. */
  def name: String

  /** Returns the score of each candidate, in their order; higher is better. */
  def scores(candidates: Candidates): Array[Double]

  /** Decides between candidates with equal scores; higher is better. */
  def tie(candidates: Candidates, row: Int): Double = 0
}

/** Orders by one feature, and candidates that are equal in it by another one. */
final case class ByFeature(name: String, feature: Feature, second: Feature) extends Scorer {
  def scores(candidates: Candidates): Array[Double] = candidates.column(feature)
  override def tie(candidates: Candidates, row: Int): Double = candidates.feature(row, second).toDouble
}

/**
 * An order that a shop can use without a model.
 *
 * @param variants scorers of the same name, for example with several half-lives; a shop takes the one that was best in its past,
 *                 the first one if nothing was measured
 */
final case class Baseline(name: String, variants: Seq[ByFeature]) {
  def default: ByFeature = variants.head
}

object Baseline {
  /** @param second decides between candidates that are equal in the feature */
  def apply(name: String, second: Feature)(features: Feature*): Baseline =
    Baseline(name, features.map(ByFeature(name, _, second)))
}

object Scorers {
  /** Added to a score by users, so that it counts more than any share of the sales. */
  private val KnownUsers = 1e6

  val Popularity: Baseline = Baseline("popularity", Features.ProductEver)(Features.ProductBuyers)
  /** By the sales of the last horizon, or of a part of it. */
  val RecentPopularity: Baseline =
    Baseline("recentPopularity", Features.ProductEver)(Features.ProductOne, Features.ProductQuarter, Features.ProductEighth)
  /** By the user's purchases with a half-life of 6 or 18 horizons, or without fading. */
  val PersonalFrequency: Baseline =
    Baseline("personalFrequency", Features.ProductOne)(Features.OwnDecayed(2), Features.OwnDecayed(3), Features.OwnCount)
  val MatrixFactorisation: Scorer = ByFeature("matrixFactorisation", Features.Als, Features.ProductOne)
  /**
   * By what is in the same baskets as the user's products; then, for example where a basket has one product, by what the same users
   * bought; and where nothing is known of both, by recent popularity.
   */
  val CoPurchase: Scorer = new Scorer {
    val name: String = "coPurchase"
    def scores(candidates: Candidates): Array[Double] = candidates.column(Features.BasketsScore)
    override def tie(candidates: Candidates, row: Int): Double = {
      val users = candidates.feature(row, Features.UsersScore).toDouble
      if (users > 0) KnownUsers + users else candidates.feature(row, Features.ProductOne).toDouble
    }
  }

  /** Returns the orders that a shop can use without a model. The first orders the list if nothing can be measured. */
  def baselines(list: ListKind): Seq[Baseline] = list match {
    case ListKind.Any => Seq(PersonalFrequency, RecentPopularity, Popularity)
    case ListKind.New => Seq(RecentPopularity, Popularity)
  }

  /** Returns the baselines of a list as they are where nothing was measured. */
  def defaults(list: ListKind): Seq[Scorer] = baselines(list).map(_.default)

  /** Returns the best `count` of a user's candidates that the list admits, best first, ties by number. */
  def best(scorer: Scorer, candidates: Candidates, list: ListKind, count: Int): Array[Ranked] = {
    val selection = new Selection(count)
    val scores = scorer.scores(candidates)
    var row = 0
    while (row < candidates.size) {
      if (list.admits(candidates.owned(row)))
        selection.offer(candidates.products(row), Ranking.rounded(scores(row)), scorer.tie(candidates, row))
      row += 1
    }
    selection.result
  }
}

/** Makes lists that a scorer orders. */
object ByScorers {

  /** @return by user: both lists, best first, at most `depth` products each */
  def lists(users: RDD[(Int, Candidates)], scorer: ListKind => Scorer, depth: Int): RDD[(Int, Lists)] = {
    val (any, discoveries) = (scorer(ListKind.Any), scorer(ListKind.New))
    users.mapValues { candidates =>
      Lists(Scorers.best(any, candidates, ListKind.Any, depth), Scorers.best(discoveries, candidates, ListKind.New, depth))
    }
  }
}
