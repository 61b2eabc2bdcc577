package cartograph.ranking

import org.apache.spark.rdd.RDD

import cartograph.features.Candidates
import cartograph.lists.{ListKind, Lists}

/** Candidates of users whose next purchases are known: what an algorithm learns from and is measured by. */
final case class Labelled(candidates: Candidates, relevant: Array[Int]) {
  def isRelevant(product: Int): Boolean = java.util.Arrays.binarySearch(relevant, product) >= 0
}

/**
 * A way to make lists of what users may be recommended. A new one is a file of its own and a line in `Algorithm.all`;
 * configuration names the one that a run uses, and metrics.json compares it.
 */
trait Algorithm extends Serializable {
  /** As configuration names it; see `algorithm` in lambdas/shared/contract/model.ts. */
  def name: String

  /** Windows of time before the holdout that it learns from, besides what candidates tell; each costs a snapshot. */
  def windows: Int

  /**
   * @param windows newest first; perhaps fewer than it asks for, for the shop's past may be short
   * @param seed    starts every random choice
   */
  def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long): Fitted
}

/** What an algorithm learned. */
trait Fitted extends Serializable {
  /** What orders a list: `trees`, or the name of a scorer where nothing better was found. */
  def orderedBy(list: ListKind): String

  /** The same choices, learned once more with newer windows besides. */
  def refitted(windows: Seq[RDD[(Int, Labelled)]]): Fitted

  /** @return for each of the users both lists, best first, at most `depth` long; placed as they are */
  def lists(users: RDD[(Int, Candidates)], depth: Int): RDD[(Int, Lists)]
}

object Algorithm {
  val all: Seq[Algorithm] = Seq(Ranker, MatrixFactorisation)

  /** @throws IllegalArgumentException if there is no such algorithm */
  def named(name: String, among: Seq[Algorithm]): Algorithm = among.find(_.name == name).getOrElse(
    throw new IllegalArgumentException(s"Cannot train: algorithm is $name, should be ${among.map(_.name).mkString(" or ")}")
  )
}

/** Implicit ALS alone. The factors are part of every snapshot, so there is nothing left to learn. */
object MatrixFactorisation extends Algorithm with Fitted {
  val name = "als"
  val windows = 0
  def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long): Fitted = this
  def orderedBy(list: ListKind): String = Scorers.MatrixFactorisation.name
  def refitted(windows: Seq[RDD[(Int, Labelled)]]): Fitted = this
  def lists(users: RDD[(Int, Candidates)], depth: Int): RDD[(Int, Lists)] =
    ByScorers.lists(users, _ => Scorers.MatrixFactorisation, depth)
}
