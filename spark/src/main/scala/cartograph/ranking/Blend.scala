package cartograph.ranking

import cartograph.lists.ListKind

/**
 * A mixture of what is known of a user and a product together: the model of a blend.
 *
 * The shares are at least 0 and add up to 1.
 *
 * @param trees      share of an ensemble of trees
 * @param factors    share of matrix factorisation
 * @param coPurchase share of the products that are bought together with those of the user
 */
final case class Mixture(trees: Double, factors: Double, coPurchase: Double) {
  require(math.abs(trees + factors + coPurchase - 1) < 1e-9, s"Cannot mix: the shares of $this should add up to 1")
  def shares: Seq[Double] = Seq(trees, factors, coPurchase)
}

/**
 * A blend of a model with the best baseline.
 *
 * @param weight of the model, above 0 and at most 1; the baseline has the rest
 * @param trees  number of trees of an ensemble; 0 if the mixture has no trees
 */
final case class Blend(weight: Double, trees: Int, mixture: Mixture) {
  require((trees > 0) == (mixture.trees > 0), s"Cannot blend: $trees trees have a share of ${mixture.trees}")

  def name: String = {
    val names = Seq(s"$trees trees", Scorers.MatrixFactorisation.name, Scorers.CoPurchase.name)
    val parts = names.zip(mixture.shares).collect {
      case (part, 1.0) => part
      case (part, share) if share > 0 => s"$share $part"
    }
    s"${parts.mkString(" + ")}, weight $weight"
  }

  /** Returns the weights of trees, matrix factorisation, co-purchase and baseline. They add up to 1, and may be 0. */
  def weights: Seq[Double] = mixture.shares.map(_ * weight) :+ (1 - weight)

  /** The weight of the trees. */
  def treesWeight: Double = weight * mixture.trees

  /** Returns a scorer that bears the name of the first part of the mixture. */
  def scorer(byTrees: ByTrees, baseline: Scorer, list: ListKind): Scorer = {
    val parts = Seq(byTrees, Scorers.MatrixFactorisation, Scorers.CoPurchase, baseline).zip(weights).collect {
      case (scorer, share) if share > 0 => Part(scorer, share)
    }
    Blended(parts.head.scorer.name, parts, list)
  }
}
