package cartograph.ranking

import scala.util.hashing.MurmurHash3

import org.apache.spark.rdd.RDD

import cartograph.features.{Candidates, Feature, Features}
import cartograph.lists.{ListKind, Lists, RankingMeasures}
import cartograph.platform.{ByKey, Documents, Log}
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
 * A list is ordered by the best baseline, or by a blend of it with a model: trees, or matrix factorisation. Of the blends that are
 * certainly better than the baseline, on a window that the trees did not learn from, the best one is taken. A small weight moves
 * few products, so its advantage can be certain where that of the model alone is not: a shop with little evidence gets a little
 * of the model instead of none. If no blend is certainly better, the baseline orders the list.
 */
object Ranker extends Algorithm {
  val name: String = ModelConfig.DefaultAlgorithm
  val windows: Int = 2

  /** Users of a window that trees learn from, at most. */
  private val MaxLearners = 5000
  /** Randomly drawn candidates per user that were not bought. */
  private val Negatives = 60
  /** Numbers of trees to choose from, ascending. */
  private val Sizes = Seq(10, 25, 50, 100)
  /** Weights of a model to choose from, ascending. */
  private val Weights = Seq(0.3, 0.5, 0.7, 0.85, 1.0)
  private val Ensembles = 2
  /** With fewer users, trees neither learn anything nor are compared. */
  private val LeastLearners = 50
  /** A blend must be better than the best baseline by this many standard errors: 25 blends are tried, so chance gets 25 tries. */
  private val Certain = 3.0

  /**
   * A blend of a model with the best baseline.
   *
   * @param trees  number of trees of an ensemble; None if the model is matrix factorisation
   * @param weight of the model
   */
  final case class Blend(trees: Option[Int], weight: Double) {
    def name: String = s"${trees.fold(Scorers.MatrixFactorisation.name)(nameOf)}, weight $weight"
  }

  private val Blends: Seq[Blend] = for {
    trees <- Sizes.map(Option(_)) :+ None
    weight <- Weights
  } yield Blend(trees, weight)

  /**
   * The order that was chosen for a list.
   *
   * @param blend    None if the baseline alone orders the list
   * @param baseline the best baseline
   * @param tried    name of everything that was tried, and its NDCG@10 on the newest window
   */
  final case class Choice(blend: Option[Blend], baseline: Scorer, tried: Seq[(String, Double)])

  private final class FittedRanker(choices: Map[ListKind, Choice], scorers: Map[ListKind, Scorer], seed: Long) extends Fitted {
    def orderedBy(list: ListKind): String = scorers(list).name
    def importances(list: ListKind): Seq[(Feature, Double)] = scorers(list) match {
      case Blended(trees: ByTrees, _, _, _) => trees.importances
      case _ => Nil
    }
    def refitted(windows: Seq[RDD[(Int, Labelled)]]): Fitted = learned(choices, windows, seed)
    def lists(users: RDD[(Int, Candidates)], depth: Int): RDD[(Int, Lists)] = ByScorers.lists(users, scorers, depth)
  }

  def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long): Fitted = {
    val choices = ListKind.all.map(list => list -> choose(windows, list, seed)).toMap
    ListKind.all.foreach(list => logChoice(list, choices(list)))
    learned(choices, windows, seed)
  }

  private def learned(choices: Map[ListKind, Choice], windows: Seq[RDD[(Int, Labelled)]], seed: Long): Fitted = {
    val scorers = ListKind.all.map { list =>
      val baseline = choices(list).baseline
      list -> choices(list).blend.fold(baseline) { blend =>
        val model = blend.trees.fold(Scorers.MatrixFactorisation)(trees => ByTrees(grown(windows, list, trees, seed)))
        Blended(model, baseline, blend.weight, list)
      }
    }
    new FittedRanker(choices, scorers.toMap, seed)
  }

  private def logChoice(list: ListKind, choice: Choice): Unit = {
    val orderedBy = choice.blend.fold(choice.baseline.name)(blend => s"${blend.name}, and ${choice.baseline.name}")
    Log.info(s"List ${list.name} is ordered by $orderedBy", Documents.obj("tried" -> Documents.obj(choice.tried: _*)))
  }

  /**
   * Chooses a baseline, and a blend with it, on the newest window. The trees learn from the older windows.
   *
   * @param windows newest first
   */
  private[cartograph] def choose(windows: Seq[RDD[(Int, Labelled)]], list: ListKind, seed: Long): Choice = {
    val baselines = Scorers.baselines(list)
    val older = windows.drop(1).map(sample(_, list, seed))
    val trees =
      if (older.map(_.groupCount).sum < LeastLearners) None
      else Some(LambdaMart.fit(stacked(older), config(older, Sizes.max), seed))
    val plain = windows.headOption.toSeq.flatMap(measured(_, list, baselines.map(_.name), _ => baselines))
    val best = plain.maxByOption(_.mean)
    val baseline = best.flatMap(tried => baselines.find(_.name == tried.name)).getOrElse(baselines.head)
    val blends = Blends.filter(blend => trees.isDefined || blend.trees.isEmpty)
    val blended = windows.headOption.toSeq.flatMap { window =>
      measured(window, list, blends.map(_.name), orders(_, list, baseline, blends, trees))
    }
    val certain = blends.zip(blended).filter { case (_, tried) => best.exists(tried.isCertainlyBetterThan) }
    val chosen = certain.maxByOption { case (_, tried) => tried.mean }.map { case (blend, _) => blend }
    Choice(chosen, baseline, (plain ++ blended).map(tried => tried.name -> tried.mean))
  }

  private def nameOf(trees: Int): String = s"$trees trees"

  /** Grows the ensembles on all windows, each with a seed of its own, because a single ensemble varies too much. */
  private def grown(windows: Seq[RDD[(Int, Labelled)]], list: ListKind, trees: Int, seed: Long): Array[Trees] =
    Array.tabulate(Ensembles) { member =>
      val samples = windows.map(sample(_, list, seed * Ensembles + member))
      LambdaMart.fit(stacked(samples), config(samples, trees), seed * Ensembles + member)
    }

  private def config(samples: Seq[RankingRows], trees: Int): LambdaMartConfig =
    LambdaMartConfig(trees = trees, leastRows = math.max(5, math.min(50, samples.map(_.count).sum / 1000)))

  /**
   * A scorer that was tried.
   *
   * @param perUser NDCG@10 of each user; the same users in the same order for everything that is compared
   */
  private final case class Tried(name: String, perUser: Array[Double]) {
    def mean: Double = perUser.sum / math.max(1, perUser.length)

    /** True if the mean difference is more than [[Certain]] of its standard errors. */
    def isCertainlyBetterThan(other: Tried): Boolean = perUser.length >= LeastLearners && {
      val differences = perUser.zip(other.perUser).map { case (a, b) => a - b }
      val mean = differences.sum / differences.length
      val variance = differences.map(value => (value - mean) * (value - mean)).sum / math.max(1, differences.length - 1)
      mean > Certain * math.sqrt(variance / differences.length)
    }
  }

  /** Measures scorers on the same users, at most `MaxLearners`. */
  private def measured(
      window: RDD[(Int, Labelled)],
      list: ListKind,
      names: Seq[String],
      scorers: Candidates => Seq[Scorer]
  ): Seq[Tried] = {
    val rows = window.mapPartitions(_.flatMap { case (user, labelled) =>
      val correct = RankingMeasures.correct(labelled.relevant, labelled.candidates.bought, list)
      def ndcg(scorer: Scorer): Double =
        RankingMeasures.ndcg(Scorers.best(scorer, labelled.candidates, list, RankingMeasures.Depth).map(_.product), correct)
      Option.when(correct.nonEmpty)(user -> scorers(labelled.candidates).map(ndcg).toArray)
    }).takeOrdered(MaxLearners)(byChance(3))
    names.indices.map(index => Tried(names(index), rows.map(_._2(index))))
  }

  /** Returns the order of a user's candidates by each blend. Every tree and every order of a model is computed once. */
  private def orders(
      candidates: Candidates,
      list: ListKind,
      baseline: Scorer,
      blends: Seq[Blend],
      trees: Option[Trees]
  ): Seq[Scorer] = {
    val models = Sizes.map(Option(_)).zip(trees.toSeq.flatMap(stages(_, candidates))) :+
      (Option.empty[Int] -> Scorers.MatrixFactorisation)
    val places = models.map { case (model, scorer) => model -> Blended.places(scorer, candidates, list) }.toMap
    val baselinePlaces = Blended.places(baseline, candidates, list)
    blends.map(blend => FixedScores(blend.name, Blended.scores(places(blend.trees), baselinePlaces, blend.weight)))
  }

  /** Orders users by a hash of their numbers and the salt. */
  private def byChance[Row](salt: Int): Ordering[(Int, Row)] = Ordering.by(row => (MurmurHash3.mix(salt, row._1), row._1))

  /** Scores candidates after each of `Sizes` trees, every tree once. */
  private def stages(trees: Trees, candidates: Candidates): Seq[Scorer] = {
    val sums = new Array[Double](candidates.size)
    (0 +: Sizes).zip(Sizes).map { case (from, until) =>
      trees.trees.slice(from, until).foreach(_.addTo(sums, candidates.features, Features.Width, 0, sums.length))
      FixedScores(nameOf(until), sums.clone)
    }
  }

  private final case class FixedScores(name: String, scores: Array[Double]) extends Scorer {
    def scores(candidates: Candidates): Array[Double] = scores
  }

  /** Draws users who bought at least one of their candidates, and of each all these candidates and some of the others. */
  private def sample(window: RDD[(Int, Labelled)], list: ListKind, seed: Long): RankingRows = {
    val users = window.flatMap { case (user, labelled) =>
      val rows = sampleOf(labelled, list, new java.util.Random(seed * 1000003L + user))
      Option.when(rows.relevant.contains(true))(user -> rows)
    }.takeOrdered(MaxLearners)(byChance(seed.toInt))
    stacked(ByKey.values(users).toSeq)
  }

  private def sampleOf(labelled: Labelled, list: ListKind, random: java.util.Random): RankingRows = {
    val candidates = labelled.candidates
    val admitted = Array.range(0, candidates.size).filter(row => list.admits(candidates.owned(row)))
    val (bought, others) = admitted.partition(row => labelled.isRelevant(candidates.products(row)))
    // A random number and the row in one number, so that sorting allocates no objects.
    val drawn = others.map(row => random.nextInt().toLong << 32 | row)
    java.util.Arrays.sort(drawn)
    val rows = (bought ++ drawn.take(Negatives).map(_.toInt)).sorted
    val features = new Array[Float](rows.length * Features.Width)
    rows.indices.foreach { index =>
      System.arraycopy(candidates.features, rows(index) * Features.Width, features, index * Features.Width, Features.Width)
    }
    RankingRows(
      features = features,
      width = Features.Width,
      relevant = rows.map(row => labelled.isRelevant(candidates.products(row))),
      groups = Array(0, rows.length)
    )
  }

  /** Puts samples one after another; their groups stay apart. */
  private def stacked(samples: Seq[RankingRows]): RankingRows = {
    val groupSizes =
      samples.flatMap(sample => sample.groups.zip(sample.groups.drop(1)).map { case (from, until) => until - from })
    RankingRows(
      features = Array.concat(samples.map(_.features): _*),
      width = Features.Width,
      relevant = Array.concat(samples.map(_.relevant): _*),
      groups = groupSizes.scanLeft(0)(_ + _).toArray
    )
  }
}
