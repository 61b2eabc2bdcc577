package cartograph.ranking

import org.apache.spark.rdd.RDD

import cartograph.features.Candidates
import cartograph.lists.{ListKind, Ranking, RankingMeasures, Selection}

/**
 * The order that was chosen for a list.
 *
 * @param blend     None if the baseline alone orders the list
 * @param baseline  the best of the baselines
 * @param baselines the best variant of each baseline
 * @param tried     name of everything that was tried, and its mean NDCG@10 over the users of all windows
 */
final case class Choice(
    blend: Option[Blend],
    baseline: ByFeature,
    baselines: Seq[ByFeature],
    tried: Seq[(String, Double)]
) {
  def name: String = blend.fold(baseline.name)(blend => s"${blend.name}, and ${baseline.name}")
}

/**
 * Chooses how a list is ordered.
 *
 * Every blend is measured on every window, with trees that learned from the other windows; blends of more trees than were grown are
 * left out. The users of all windows are pooled. The blends that are certainly better than the best baseline remain; if there are
 * none, the baseline orders the list. Those that are certainly worse than the best of them are left out. Of the others, the one
 * whose trees have the most weight is taken, because the served trees learn from one window more than the measured ones. A small weight moves few products, so its
 * advantage can be certain where that of the model alone is not: a shop with little evidence gets a little of the model instead
 * of none.
 *
 * Two blends are fixed in advance, so chance has a single try with each, and less evidence is enough. [[Usual]] is the one that is
 * expected to be good. [[Careful]] keeps most of the baseline's order and gives each user a few products of the user's own: it is
 * taken where it is more likely better than worse, so that not everybody gets the same list because the evidence is thin.
 */
object BlendChoice {
  /** Numbers of trees to choose from, ascending. */
  private val Sizes = Seq(10, 25, WindowTrees.Early, WindowTrees.Most)
  private val Halves = Mixture(trees = 0, factors = 0.5, coPurchase = 0.5)
  private val AllThree = Mixture(trees = 0.5, factors = 0.25, coPurchase = 0.25)
  /** Mixtures with trees to choose from. */
  private val WithTrees = Seq(Mixture(1, 0, 0), Mixture(0.75, 0.25, 0), AllThree)
  /** Mixtures without trees to choose from. */
  private val WithoutTrees = Seq(Mixture(0, 1, 0), Mixture(0, 0, 1), Halves)
  /** Weights of a model to choose from, ascending. */
  private val Weights = Seq(0.3, 0.5, 0.7, 0.85, 1.0)
  /** The blend that is expected to be good before anything is known of the shop. */
  private val Usual = Blend(0.5, 25, AllThree)
  /** A blend that keeps much of the baseline's order, so that it loses little where nothing can be known of a user's taste. */
  private val Careful = Blend(0.4, 0, Halves)
  private[ranking] val Blends: Seq[Blend] = Careful +: Weights.flatMap { weight =>
    WithoutTrees.map(Blend(weight, 0, _)) ++ Sizes.flatMap(trees => WithTrees.map(Blend(weight, trees, _)))
  }

  /**
   * A candidate that is not among so many first ones of any order cannot be among the first ten of a blend. Its score is at
   * most 1 / (Flatness + Near), and ten candidates have at least weight / (Flatness + 9) by the order that weighs most. One place
   * more makes the difference larger than what rounding takes.
   */
  private[ranking] val Near: Int = {
    val heaviest = Blends.map(_.weights.max).min
    math.ceil((Blended.Flatness + RankingMeasures.Depth - 1) / heaviest - Blended.Flatness).toInt + 1
  }

  /**
   * A blend must be better than the best baseline by so many standard errors: many because chance has a try with each blend, and
   * fewer for those that are fixed in advance.
   */
  private def needed(blend: Blend): Double = blend match {
    case Usual => 1.5
    case Careful => 1.0
    case _ => 3.0
  }
  /** A blend is as good as another one unless it is worse by this many standard errors. */
  private val CertainlyWorse = 2.0
  /** With fewer users in all windows, nothing is compared. */
  private val LeastUsers = 50
  private val MeasuredSalt = 3

  /**
   * Chooses for one list.
   *
   * @param windows newest first; may be empty
   * @param grown   trees of the same windows
   */
  def of(windows: Seq[RDD[(Int, Labelled)]], list: ListKind, grown: WindowTrees): Choice = {
    val users = windows.map(drawn(_, list))
    val families = Scorers.baselines(list).map(_.variants)
    val variants = families.flatten
    val plain = variants.zip(measured(users, list, variants.size)(_ => firstOf(_, list, variants))).toMap
    def best(among: Seq[ByFeature]): ByFeature = among.maxBy(plain(_).mean)
    val baselines = families.map(best)
    val baseline = best(baselines)
    val trees = grown.withoutEach
    val blends = Blends.filter(blend => blend.trees == 0 || trees.forall(_.exists(_.trees.length >= blend.trees)))
    val blended = blends.zip(measured(users, list, blends.size) { window =>
      val byWindow = trees(window)
      firstOf(_, list, baseline, blends, byWindow)
    })
    val certain = blended.filter { case (blend, tried) =>
      tried.isBetterThan(plain(baseline), errors = needed(blend))
    }
    val good = certain.maxByOption { case (_, tried) => tried.mean }.toSeq.flatMap { case (_, highest) =>
      certain.filterNot { case (_, tried) => highest.isBetterThan(tried, errors = CertainlyWorse) }
    }
    Choice(
      blend = good.maxByOption { case (blend, tried) => (blend.treesWeight, tried.mean) }.map { case (blend, _) => blend },
      baseline = baseline,
      baselines = baselines,
      tried = baselines.map(found => found.name -> plain(found).mean) ++
        blended.map { case (blend, tried) => blend.name -> tried.mean }
    )
  }

  /** NDCG@10 of each user of all windows by one scorer; users are in the same order for everything that is compared. */
  private final case class Tried(perUser: Array[Double]) {
    def mean: Double = perUser.sum / math.max(1, perUser.length)

    /** Returns true if the mean difference is more than so many of its standard errors. */
    def isBetterThan(other: Tried, errors: Double): Boolean = perUser.length >= LeastUsers && {
      val differences = perUser.zip(other.perUser).map { case (a, b) => a - b }
      val mean = differences.sum / differences.length
      val variance = differences.map(value => (value - mean) * (value - mean)).sum / math.max(1, differences.length - 1)
      mean > errors * math.sqrt(variance / differences.length)
    }
  }

  /**
   * Measures orders.
   *
   * @param windows users of each window
   * @param count   number of orders
   * @param first   takes the position of a window and a user's candidates, and returns the first ten products by each order
   */
  private def measured(windows: Seq[RDD[(Int, Labelled)]], list: ListKind, count: Int)(
      first: Int => Candidates => Seq[Array[Int]]
  ): Seq[Tried] = {
    val users = windows.zipWithIndex.flatMap { case (window, index) =>
      val firstProducts = first(index)
      window.map { case (user, labelled) =>
        val correct = correctFor(labelled, list)
        user -> firstProducts(labelled.candidates).map(RankingMeasures.ndcg(_, correct)).toArray
      }.collect().sorted(RankingSamples.byChance[Array[Double]](MeasuredSalt))
    }
    Seq.tabulate(count)(order => Tried(users.map { case (_, ndcg) => ndcg(order) }.toArray))
  }

  /** Draws the users to measure on: at most [[RankingSamples.MaxUsers]] of those for whom some product is correct. */
  private def drawn(window: RDD[(Int, Labelled)], list: ListKind): RDD[(Int, Labelled)] = {
    val users = window
      .flatMap { case (user, labelled) => Option.when(correctFor(labelled, list).nonEmpty)(user -> ()) }
      .takeOrdered(RankingSamples.MaxUsers)(RankingSamples.byChance(MeasuredSalt))
      .map { case (user, _) => user }
    java.util.Arrays.sort(users)
    window.filter { case (user, _) => java.util.Arrays.binarySearch(users, user) >= 0 }
  }

  private def correctFor(labelled: Labelled, list: ListKind): Array[Int] =
    RankingMeasures.correct(labelled.relevant, labelled.candidates.bought, list)

  private def firstOf(candidates: Candidates, list: ListKind, scorers: Seq[Scorer]): Seq[Array[Int]] =
    scorers.map(Scorers.best(_, candidates, list, RankingMeasures.Depth).map(_.product))

  /**
   * Returns the first ten products by each blend. Every tree and every order of a model is computed once.
   *
   * @param trees at least as many as any blend has; None if no blend has trees
   */
  private[ranking] def firstOf(
      candidates: Candidates,
      list: ListKind,
      baseline: Scorer,
      blends: Seq[Blend],
      trees: Option[Trees]
  ): Seq[Array[Int]] = {
    val sizes = Sizes.filter(size => trees.exists(_.trees.length >= size))
    val stages = trees.fold(Seq.empty[FixedScores])(grown => Cascade.scores(Seq(grown), sizes, candidates, list).map(FixedScores))
    val scorers = stages ++ Seq(Scorers.MatrixFactorisation, Scorers.CoPurchase, baseline)
    val places = scorers.map(Blended.places(_, candidates, list))
    val near = Array.range(0, candidates.size).filter(row => places.exists(order => order(row) >= 0 && order(row) < Near))
    val products = near.map(candidates.products)
    val (byTrees, others) = places.map(near.map(_)).splitAt(stages.size)
    val bySize = sizes.zip(byTrees).toMap
    val selection = new Selection(RankingMeasures.Depth)
    blends.map { blend =>
      val orders = ((if (blend.trees == 0) others.head else bySize(blend.trees)) +: others).zip(blend.weights)
      val scores = Blended.scores(orders.filter { case (_, weight) => weight > 0 })
      selection.clear()
      products.indices.foreach(at => selection.offer(products(at), Ranking.rounded(scores(at))))
      selection.result.map(_.product)
    }
  }

  private final case class FixedScores(scores: Array[Double]) extends Scorer {
    val name: String = "fixed"
    def scores(candidates: Candidates): Array[Double] = scores
  }
}
