package cartograph.ranking

import cartograph.lists.ListKind

/**
 * How a list is ordered: everything that was learned for it.
 *
 * @param baseline  the best of the baselines
 * @param baselines the best variant of each baseline
 * @param blend     None if the baseline alone orders the list
 * @param ensembles of trees, which the blend takes the mean of; empty if it has no trees
 */
final case class ListOrder(baseline: ByFeature, baselines: Seq[ByFeature], blend: Option[Blend], ensembles: Seq[Trees]) {
  def scorer(list: ListKind): Scorer =
    blend.fold(baseline: Scorer)(_.scorer(ByTrees(ensembles.toArray, list), baseline, list))
}
