package cartograph.ranking

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.features.{Candidates, Feature}
import cartograph.lists.{ListKind, Lists}

/**
 * Candidates of a user whose next purchases are known. An algorithm learns from them, or is measured on them.
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

  /** Number of windows of time before the holdout that the algorithm learns from before it is measured. Each costs a snapshot. */
  def windows: Int

  /** Number of older windows from which it also learns for the lists that are served, if it learns from the holdout. */
  def olderWindows: Int

  /**
   * Learns from windows.
   *
   * @param windows users by number, newest window first; fewer windows than requested if the shop's past is short
   * @param seed    seed of every random choice
   * @param older   windows before those. They are only learned from: no choice is measured on them
   */
  def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long, older: Seq[RDD[(Int, Labelled)]] = Nil): Fitted

  /**
   * Reads what it had learned.
   *
   * @param document see `Fitted.document`
   * @return None if the algorithm keeps nothing
   * @throws IllegalArgumentException if the document is damaged; the message names `key`
   */
  def read(key: String, document: JsonNode): Option[Fitted] = None
}

/** An algorithm that has learned. */
trait Fitted extends Serializable {
  /** The scorer that orders a list: `trees`, `matrixFactorisation` or `coPurchase`, alone or in a blend; or a baseline. */
  def orderedBy(list: ListKind): String

  /** Returns everything that orders a list; None if matrix factorisation alone orders it. */
  def order(list: ListKind): Option[ListOrder]

  /** Each feature's share of the gain of all splits, 0..1, largest first; empty if no trees order the list. */
  def importances(list: ListKind): Seq[(Feature, Double)]

  /** Returns the baselines of a list, each in the variant that was best in the windows; there is at least one. */
  def baselines(list: ListKind): Seq[Scorer]

  /** @return by user, partitioned as `users`: both lists, best first, at most `depth` products each */
  def lists(users: RDD[(Int, Candidates)], depth: Int): RDD[(Int, Lists)]

  /** Everything that it learned, for `Algorithm.read`; None if it need not be kept. */
  def document: Option[JsonNode] = None
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
  val name: String = "als"
  val windows: Int = 0
  val olderWindows: Int = 0
  def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long, older: Seq[RDD[(Int, Labelled)]]): Fitted = this
  def orderedBy(list: ListKind): String = Scorers.MatrixFactorisation.name
  def order(list: ListKind): Option[ListOrder] = None
  def importances(list: ListKind): Seq[(Feature, Double)] = Nil
  def baselines(list: ListKind): Seq[Scorer] = Scorers.defaults(list)
  def lists(users: RDD[(Int, Candidates)], depth: Int): RDD[(Int, Lists)] =
    ByScorers.lists(users, _ => Scorers.MatrixFactorisation, depth)
}
