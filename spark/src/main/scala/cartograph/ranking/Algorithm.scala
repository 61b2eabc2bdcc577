package cartograph.ranking

import org.apache.spark.rdd.RDD

import cartograph.features.{Candidates, Feature}
import cartograph.lists.{ListKind, Lists}

/**
 * Candidates of a user whose next purchases are known: an algorithm learns from them, or is measured by them.
 *
 * @param relevant products that the user bought next, ascending
 */
final case class Labelled(candidates: Candidates, relevant: Array[Int]) {
  def isRelevant(product: Int): Boolean = java.util.Arrays.binarySearch(relevant, product) >= 0
}

/**
 * A way to make lists of recommendations. To add one, write a file and a line in `Algorithm.all`. The configuration names the
 * algorithm of a run, and metrics.json compares it with the baselines.
 */
trait Algorithm extends Serializable {
  /** The name in the configuration: `algorithm` in lambdas/shared/contract/model.ts. */
  def name: String

  /** How many windows of time before the holdout it learns from; each costs a snapshot. */
  def windows: Int

  /**
   * Learns from windows.
   *
   * @param windows newest first; fewer than it asks for if the shop's past is short
   * @param seed    of every random choice
   */
  def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long): Fitted
}

/** An algorithm that has learned. */
trait Fitted extends Serializable {
  /** The name of what orders a list: `trees`, or a scorer where no trees are better. */
  def orderedBy(list: ListKind): String

  /** How much each feature contributes to the order of a list, in shares of 1, largest first; empty where no trees order it. */
  def importances(list: ListKind): Seq[(Feature, Double)]

  /** Keeps what was chosen, and learns once more from other windows, newest first. */
  def refitted(windows: Seq[RDD[(Int, Labelled)]]): Fitted

  /** @return by user, placed as the users are: both lists, best first, at most `depth` products each */
  def lists(users: RDD[(Int, Candidates)], depth: Int): RDD[(Int, Lists)]
}

object Algorithm {
  val all: Seq[Algorithm] = Seq(Ranker, MatrixFactorisation)

  /** @throws IllegalArgumentException if no algorithm has the name */
  def named(name: String, among: Seq[Algorithm]): Algorithm = among.find(_.name == name).getOrElse(
    throw new IllegalArgumentException(s"Cannot train: algorithm is $name, should be ${among.map(_.name).mkString(" or ")}")
  )
}

/** Matrix factorisation alone. Every snapshot contains the factors, so that nothing is left to learn. */
object MatrixFactorisation extends Algorithm with Fitted {
  val name = "als"
  val windows = 0
  def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long): Fitted = this
  def orderedBy(list: ListKind): String = Scorers.MatrixFactorisation.name
  def importances(list: ListKind): Seq[(Feature, Double)] = Nil
  def refitted(windows: Seq[RDD[(Int, Labelled)]]): Fitted = this
  def lists(users: RDD[(Int, Candidates)], depth: Int): RDD[(Int, Lists)] =
    ByScorers.lists(users, _ => Scorers.MatrixFactorisation, depth)
}
