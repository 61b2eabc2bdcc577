package cartograph.ranking

import org.apache.spark.rdd.RDD

import cartograph.features.{Candidates, Features}
import cartograph.lists.{ListKind, Lists, Ranked, Ranking, Selection}

/** A way to order candidates; higher is better. */
trait Scorer extends Serializable {
  /** As metrics.json names it; see Scorers in lambdas/shared/contract/quality.ts. */
  def name: String
  /** Of each candidate, in their order. */
  def scores(candidates: Candidates): Array[Double]

  /** Decides between candidates with equal scores; higher is better. */
  def tie(candidates: Candidates, row: Int): Double = 0
}

/** A column, and where it is equal another one. */
final case class ByColumn(name: String, column: Int, second: Int) extends Scorer {
  def scores(candidates: Candidates): Array[Double] = Array.tabulate(candidates.size)(candidates.feature(_, column).toDouble)
  override def tie(candidates: Candidates, row: Int): Double = candidates.feature(row, second).toDouble
}

object Scorers {
  val Popularity: Scorer = ByColumn("popularity", Features.ProductBuyers, Features.ProductEver)
  val RecentPopularity: Scorer = ByColumn("recentPopularity", Features.ProductOne, Features.ProductEver)
  val PersonalFrequency: Scorer = ByColumn("personalFrequency", Features.OwnDecayed + 2, Features.ProductOne)
  val MatrixFactorisation: Scorer = ByColumn("matrixFactorisation", Features.Als, Features.ProductOne)

  /** What a shop could do without a model, first what it gets where nothing can be measured. */
  def baselines(list: ListKind): Seq[Scorer] = list match {
    case ListKind.Any => Seq(PersonalFrequency, RecentPopularity, Popularity)
    case ListKind.New => Seq(RecentPopularity, Popularity)
  }

  /** The best of a user's candidates, ties by number. */
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

/** Both lists by scorers, each candidate by itself. */
object ByScorers {
  def lists(users: RDD[(Int, Candidates)], scorer: ListKind => Scorer, depth: Int): RDD[(Int, Lists)] = {
    val (any, fresh) = (scorer(ListKind.Any), scorer(ListKind.New))
    users.mapValues { candidates =>
      Lists(Scorers.best(any, candidates, ListKind.Any, depth), Scorers.best(fresh, candidates, ListKind.New, depth))
    }
  }
}
