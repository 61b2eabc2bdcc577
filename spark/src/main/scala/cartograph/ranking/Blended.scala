package cartograph.ranking

import cartograph.features.Candidates
import cartograph.lists.{ListKind, Ranking}

/**
 * Orders by a convex blend of two orders of a user's candidates.
 *
 *   score(p) = weight / (Flatness + place in the model's order) + (1 - weight) / (Flatness + place in the baseline's order)
 *
 * Places count from 0 among the candidates that the list admits, so scores of any scale can be blended (reciprocal rank fusion:
 * Cormack, Clarke and Buettcher, SIGIR 2009).
 *
 * @param weight of the model, above 0 and at most 1
 */
final case class Blended(model: Scorer, baseline: Scorer, weight: Double, list: ListKind) extends Scorer {
  def name: String = model.name

  def scores(candidates: Candidates): Array[Double] = Blended.scores(
    Blended.places(model, candidates, list),
    Blended.places(baseline, candidates, list),
    weight
  )
}

object Blended {
  /** The larger it is, the less the first places differ from those after them. */
  private val Flatness = 10.0

  /** @return the place of each candidate in the scorer's order, from 0; -1 if the list does not admit the candidate */
  def places(scorer: Scorer, candidates: Candidates, list: ListKind): Array[Int] = {
    val scores = scorer.scores(candidates)
    val order = Array.range(0, candidates.size)
      .filter(row => list.admits(candidates.owned(row)))
      .sortBy(row => (-Ranking.rounded(scores(row)), -scorer.tie(candidates, row), candidates.products(row)))
    val places = Array.fill(candidates.size)(-1)
    order.indices.foreach(place => places(order(place)) = place)
    places
  }

  /** @return the score of each candidate; 0 if the list does not admit the candidate */
  def scores(model: Array[Int], baseline: Array[Int], weight: Double): Array[Double] = Array.tabulate(model.length) { row =>
    if (model(row) < 0) 0.0
    else weight / (Flatness + model(row)) + (1 - weight) / (Flatness + baseline(row))
  }
}
