package cartograph

import org.apache.spark.rdd.RDD

/** Which of the two lists. */
sealed abstract class ListKind(val name: String) extends Serializable {
  /** Whether a candidate may stand in the list. */
  def admits(owned: Boolean): Boolean
}
object ListKind {
  case object Any extends ListKind("any") { def admits(owned: Boolean): Boolean = true }
  case object New extends ListKind("new") { def admits(owned: Boolean): Boolean = !owned }
}

/** A way to order candidates; higher is better. */
trait Scorer extends Serializable {
  def name: String
  def score(candidates: Candidates, row: Int): Double
}

/** A column, and where it is equal another one. */
final case class ByColumn(name: String, column: Int, tie: Int) extends Scorer {
  def score(candidates: Candidates, row: Int): Double =
    candidates.feature(row, column) + 1e-3 * candidates.feature(row, tie) / (1 + candidates.feature(row, tie))
}

/** The mean of several ensembles of trees. */
final case class ByTrees(name: String, ensembles: Array[Trees]) extends Scorer {
  def score(candidates: Candidates, row: Int): Double = {
    var (sum, member) = (0.0, 0)
    while (member < ensembles.length) {
      sum += ensembles(member)(candidates.features, row * Features.Width)
      member += 1
    }
    sum / ensembles.length
  }
}

/** Candidates of users whose next purchases are known: what a ranker learns from and is measured by. */
final case class Labelled(candidates: Candidates, relevant: Array[Int]) {
  def isRelevant(product: Int): Boolean = java.util.Arrays.binarySearch(relevant, product) >= 0
}

object Scorers {
  val Popularity: Scorer = ByColumn("popularity", Features.ProductFrom + 14, Features.ProductEver)
  val RecentPopularity: Scorer = ByColumn("recent popularity", Features.ProductOne, Features.ProductEver)
  val PersonalFrequency: Scorer = ByColumn("personal frequency", Features.OwnDecayed + 2, Features.ProductOne)
  val MatrixFactorisation: Scorer = ByColumn("matrix factorisation", Features.Als, Features.ProductOne)

  /** What a shop could do without a model, first what it gets where nothing can be measured. */
  def baselines(list: ListKind): Seq[Scorer] = list match {
    case ListKind.Any => Seq(PersonalFrequency, RecentPopularity, Popularity)
    case ListKind.New => Seq(RecentPopularity, Popularity)
  }

  /** The best of a user's candidates, ties by number. */
  def best(scorer: Scorer, candidates: Candidates, list: ListKind, count: Int): Array[Ranked] = {
    val selection = new Selection(count)
    var row = 0
    while (row < candidates.size) {
      if (list.admits(candidates.owned(row)))
        selection.offer(Ranked(candidates.products(row), Ranking.rounded(scorer.score(candidates, row))))
      row += 1
    }
    selection.result
  }
}

/** Learns how to order candidates, from windows of time whose purchases are known. */
object Ranker {
  /** Users of a window that are learned from, at most. */
  private val MaxLearners = 5000
  /** Candidates per user, drawn by chance, that were not bought. */
  private val Negatives = 60
  private val Sizes = Seq(10, 25, 50, 100)
  private val Ensembles = 3
  private val LeastLearners = 50

  /** What was chosen for a list and why: the scorer's name, and NDCG@10 of what was tried on the newest window. */
  final case class Choice(trees: Option[Int], tried: Seq[(String, Double)])

  /**
   * Chooses the number of trees on the newest window, learning from the older ones; where that does not beat the best
   * baseline by one standard error, the baseline.
   *
   * @param windows newest first
   */
  def choose(windows: Seq[RDD[(Int, Labelled)]], list: ListKind, seed: Long): (Choice, Scorer) = {
    val baselines = Scorers.baselines(list)
    val older = windows.drop(1).map(sample(_, list, seed))
    val grown = if (older.map(_.groups.length - 1).sum < LeastLearners) None
      else Some(LambdaMart.fit(stacked(older), config(older, Sizes.max), seed))
    val tried = windows.headOption.toSeq.flatMap(measure(_, list, baselines, grown))
    val best = tried.take(baselines.length).maxByOption(_.mean)
    val ranked = tried.drop(baselines.length).maxByOption(_.mean)
    val scorer = best.fold(baselines.head)(at => baselines.find(_.name == at.name).getOrElse(baselines.head))
    val told = tried.map(row => row.name -> row.mean)
    (best, ranked) match {
      case (Some(plain), Some(model)) if model.isBetterThan(plain) =>
        (Choice(Sizes.find(size => s"$size trees" == model.name), told), scorer)
      case _ => (Choice(None, told), scorer)
    }
  }

  /** Learns from all windows, several times with other chances, for one ensemble alone wavers. */
  def fit(windows: Seq[RDD[(Int, Labelled)]], list: ListKind, trees: Int, seed: Long): Scorer =
    ByTrees("model", Array.tabulate(Ensembles) { member =>
      val samples = windows.map(sample(_, list, seed * Ensembles + member))
      LambdaMart.fit(stacked(samples), config(samples, trees), seed * Ensembles + member)
    })

  private def config(samples: Seq[RankingRows], trees: Int): LambdaMartConfig =
    LambdaMartConfig(trees = trees, leastRows = math.max(5, math.min(50, samples.map(_.count).sum / 1000)))

  private final case class Tried(name: String, perUser: Array[Double]) {
    def mean: Double = perUser.sum / math.max(1, perUser.length)
    def isBetterThan(other: Tried): Boolean = {
      val differences = perUser.zip(other.perUser).map { case (a, b) => a - b }
      val mean = differences.sum / differences.length
      val variance = differences.map(value => (value - mean) * (value - mean)).sum / math.max(1, differences.length - 1)
      mean > math.sqrt(variance / differences.length)
    }
  }

  /** NDCG@10 of each baseline and of the first trees, by their numbers, for the same users, at most `MaxLearners` of them. */
  private def measure(window: RDD[(Int, Labelled)], list: ListKind, baselines: Seq[Scorer], grown: Option[Trees]): Seq[Tried] = {
    val rows = window.mapPartitions(_.flatMap { case (user, labelled) =>
      val right = rightAnswers(labelled, list)
      def judged(scorer: Scorer): Double =
        Evaluation.ndcg(Evaluation.Judged(Scorers.best(scorer, labelled.candidates, list, Evaluation.Depth).map(_.product), right))
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
      val part = Trees(trees.trees.slice(from, until))
      sums.indices.foreach(row => sums(row) += part(candidates.features, row * Features.Width))
      ByRow(s"$until trees", sums.clone)
    }
  }

  private final case class ByRow(name: String, scores: Array[Double]) extends Scorer {
    def score(candidates: Candidates, row: Int): Double = scores(row)
  }

  def rightAnswers(labelled: Labelled, list: ListKind): Set[Int] = {
    val bought = labelled.candidates.bought
    labelled.relevant.filter(product => list.admits(java.util.Arrays.binarySearch(bought, product) >= 0)).toSet
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
    val admitted = (0 until candidates.size).filter(row => list.admits(candidates.owned(row)))
    val (bought, others) = admitted.partition(row => labelled.isRelevant(candidates.products(row)))
    val drawn = others.map(row => random.nextInt() -> row).sorted.take(Negatives).map(_._2)
    val rows = (bought ++ drawn).sorted
    val features = new Array[Float](rows.size * Features.Width)
    rows.indices.foreach { index =>
      System.arraycopy(candidates.features, rows(index) * Features.Width, features, index * Features.Width, Features.Width)
    }
    RankingRows(
      features,
      Features.Width,
      rows.map(row => labelled.isRelevant(candidates.products(row))).toArray,
      Array(0, rows.size)
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
