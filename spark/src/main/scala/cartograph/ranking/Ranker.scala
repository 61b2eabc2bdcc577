package cartograph.ranking

import org.apache.spark.rdd.RDD

import cartograph.features.{Candidates, Features}
import cartograph.lists.{ListKind, Lists, RankingMeasures}
import cartograph.platform.{Documents, Log}
import cartograph.sales.ModelConfig

/** The mean of several ensembles of trees. */
final case class ByTrees(ensembles: Array[Trees]) extends Scorer {
  val name = "trees"
  def scores(candidates: Candidates): Array[Double] =
    ensembles.map(_.scores(
      candidates.features,
      Features.Width
    )).reduce((a, b) => a.zip(b).map { case (x, y) => x + y }).map(_ / ensembles.length)
}

/**
 * Learns how to order candidates from windows of time whose purchases are known. Where trees do not clearly beat the best
 * baseline, on a window that they had not seen, the baseline orders the list: there is nothing to be learned.
 */
object Ranker extends Algorithm {
  val name = ModelConfig.DefaultAlgorithm
  val windows = 2

  /** Users of a window that are learned from, at most. */
  private val MaxLearners = 5000
  /** Candidates per user, drawn by chance, that were not bought. */
  private val Negatives = 60
  private val Sizes = Seq(10, 25, 50, 100)
  private val Ensembles = 2
  /** Fewer users teach nothing, and show nothing. */
  private val LeastLearners = 50
  /** How many standard errors better than the best baseline trees have to be. */
  private val Clearly = 2.0

  /**
   * What was chosen for a list.
   *
   * @param trees    of an ensemble; None: the baseline is better
   * @param baseline the best one
   * @param tried    NDCG@10 of what was tried, on the newest window
   */
  final case class Choice(trees: Option[Int], baseline: Scorer, tried: Seq[(String, Double)])

  private final class FittedRanker(choices: Map[ListKind, Choice], scorers: Map[ListKind, Scorer], seed: Long) extends Fitted {
    def orderedBy(list: ListKind): String = scorers(list).name
    def refitted(windows: Seq[RDD[(Int, Labelled)]]): Fitted = learned(choices, windows, seed)
    def lists(users: RDD[(Int, Candidates)], depth: Int): RDD[(Int, Lists)] = ByScorers.lists(users, scorers, depth)
  }

  def fit(windows: Seq[RDD[(Int, Labelled)]], seed: Long): Fitted = {
    val choices = ListKind.all.map(list => list -> choose(windows, list, seed)).toMap
    ListKind.all.foreach(list => tell(list, choices(list)))
    learned(choices, windows, seed)
  }

  private def learned(choices: Map[ListKind, Choice], windows: Seq[RDD[(Int, Labelled)]], seed: Long): Fitted = {
    val scorers = ListKind.all.map { list =>
      list -> choices(list).trees.fold(choices(list).baseline)(trees => ByTrees(grown(windows, list, trees, seed)))
    }
    new FittedRanker(choices, scorers.toMap, seed)
  }

  private def tell(list: ListKind, choice: Choice): Unit = {
    val what = choice.trees.fold(choice.baseline.name)(trees => s"$trees trees")
    Log.info(s"List ${list.name} is ordered by $what", Documents.obj("tried" -> Documents.obj(choice.tried: _*)))
  }

  /**
   * Chooses the number of trees on the newest window, learning from the older ones.
   *
   * @param windows newest first
   */
  private[cartograph] def choose(windows: Seq[RDD[(Int, Labelled)]], list: ListKind, seed: Long): Choice = {
    val baselines = Scorers.baselines(list)
    val older = windows.drop(1).map(sample(_, list, seed))
    val trees = if (older.map(_.groups.length - 1).sum < LeastLearners) None
    else Some(LambdaMart.fit(stacked(older), config(older, Sizes.max), seed))
    val tried = windows.headOption.toSeq.flatMap(measure(_, list, baselines, trees))
    val best = tried.take(baselines.length).maxByOption(_.mean)
    val ranked = tried.drop(baselines.length).maxByOption(_.mean)
    val baseline = best.fold(baselines.head)(at => baselines.find(_.name == at.name).getOrElse(baselines.head))
    val isClear = best.zip(ranked).exists { case (plain, model) => model.isBetterThan(plain) }
    val size = ranked.filter(_ => isClear).flatMap(model => Sizes.find(size => s"$size trees" == model.name))
    Choice(size, baseline, tried.map(row => row.name -> row.mean))
  }

  /** Learns from all windows, several times with other chances, for one ensemble alone wavers. */
  private def grown(windows: Seq[RDD[(Int, Labelled)]], list: ListKind, trees: Int, seed: Long): Array[Trees] =
    Array.tabulate(Ensembles) { member =>
      val samples = windows.map(sample(_, list, seed * Ensembles + member))
      LambdaMart.fit(stacked(samples), config(samples, trees), seed * Ensembles + member)
    }

  private def config(samples: Seq[RankingRows], trees: Int): LambdaMartConfig =
    LambdaMartConfig(trees = trees, leastRows = math.max(5, math.min(50, samples.map(_.count).sum / 1000)))

  private final case class Tried(name: String, perUser: Array[Double]) {
    def mean: Double = perUser.sum / math.max(1, perUser.length)
    def isBetterThan(other: Tried): Boolean = perUser.length >= LeastLearners && {
      val differences = perUser.zip(other.perUser).map { case (a, b) => a - b }
      val mean = differences.sum / differences.length
      val variance = differences.map(value => (value - mean) * (value - mean)).sum / math.max(1, differences.length - 1)
      mean > Clearly * math.sqrt(variance / differences.length)
    }
  }

  /** NDCG@10 of each baseline and of the first trees, by their numbers, for the same users, at most `MaxLearners` of them. */
  private def measure(window: RDD[(Int, Labelled)], list: ListKind, baselines: Seq[Scorer], grown: Option[Trees]): Seq[Tried] = {
    val rows = window.mapPartitions(_.flatMap { case (user, labelled) =>
      val right = RankingMeasures.right(labelled.relevant, labelled.candidates.bought, list)
      def judged(scorer: Scorer): Double =
        RankingMeasures.ndcg(Scorers.best(scorer, labelled.candidates, list, RankingMeasures.Depth).map(_.product), right)
      Option.when(right.nonEmpty) {
        val staged = grown.toSeq.flatMap(trees => stages(trees, labelled.candidates))
        user -> (baselines ++ staged).map(judged).toArray
      }
    }).takeOrdered(MaxLearners)(Ordering.by(row => (scala.util.hashing.MurmurHash3.mix(3, row._1), row._1)))
    val names = baselines.map(_.name) ++ grown.toSeq.flatMap(_ => Sizes.map(size => s"$size trees"))
    names.indices.map(index => Tried(names(index), rows.map(_._2(index))))
  }

  /** The scores after each of `Sizes` trees; no tree is asked twice. */
  private def stages(trees: Trees, candidates: Candidates): Seq[Scorer] = {
    val sums = new Array[Double](candidates.size)
    (0 +: Sizes).zip(Sizes).map { case (from, until) =>
      trees.trees.slice(from, until).foreach(_.addTo(sums, candidates.features, Features.Width, 0, sums.length))
      Given(s"$until trees", sums.clone)
    }
  }

  private final case class Given(name: String, scores: Array[Double]) extends Scorer {
    def scores(candidates: Candidates): Array[Double] = scores
  }

  /** All that was bought of users who bought one of their candidates, and some of the rest. */
  private def sample(window: RDD[(Int, Labelled)], list: ListKind, seed: Long): RankingRows = {
    val users = window.flatMap { case (user, labelled) =>
      val rows = sampleOf(labelled, list, new java.util.Random(seed * 1000003L + user))
      Option.when(rows.relevant.contains(true))(user -> rows)
    }.takeOrdered(MaxLearners)(Ordering.by(row => (scala.util.hashing.MurmurHash3.mix(seed.toInt, row._1), row._1)))
    stacked(users.sortBy(_._1).map(_._2).toSeq)
  }

  private def sampleOf(labelled: Labelled, list: ListKind, random: java.util.Random): RankingRows = {
    val candidates = labelled.candidates
    val admitted = Array.range(0, candidates.size).filter(row => list.admits(candidates.owned(row)))
    val (bought, others) = admitted.partition(row => labelled.isRelevant(candidates.products(row)))
    // A row's lot and the row in one number, so that sorting makes no objects.
    val lots = others.map(row => random.nextInt().toLong << 32 | row)
    java.util.Arrays.sort(lots)
    val rows = (bought ++ lots.take(Negatives).map(_.toInt)).sorted
    val features = new Array[Float](rows.length * Features.Width)
    rows.indices.foreach { index =>
      System.arraycopy(candidates.features, rows(index) * Features.Width, features, index * Features.Width, Features.Width)
    }
    RankingRows(
      features,
      Features.Width,
      rows.map(row => labelled.isRelevant(candidates.products(row))),
      Array(0, rows.length)
    )
  }

  private def stacked(samples: Seq[RankingRows]): RankingRows = RankingRows(
    Array.concat(samples.map(_.features): _*),
    Features.Width,
    Array.concat(samples.map(_.relevant): _*),
    samples.flatMap(sample => sample.groups.zip(sample.groups.drop(1)).map { case (from, until) => until - from })
      .scanLeft(0)(_ + _).toArray
  )
}
