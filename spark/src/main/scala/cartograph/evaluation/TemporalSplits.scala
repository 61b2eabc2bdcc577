package cartograph.evaluation

import org.apache.spark.rdd.RDD

import cartograph.sales.{ModelConfig, Purchases, TrainingSummary}

/**
 * The sales split at a moment: what was known by then, and what was bought next.
 *
 * @param known by user, purchases net of what was given back by then; users without any may be there, empty
 * @param next  by user, products ascending, never empty
 */
final case class TemporalSplit(asOfMs: Long, known: RDD[(Int, Purchases)], next: RDD[(Int, Array[Int])])

/**
 * How the sales are split to learn and to measure.
 *
 * @param kind      what decides where the holdout begins; see `holdout.kind` in lambdas/shared/contract/quality.ts
 * @param fromMs    where it begins; None if nothing can be held out
 * @param untilMs   the moment after the newest sale
 * @param horizonMs how long recommendations are made for: the unit of time of everything that is learned
 * @param holdout   the newest sales, which nothing that is measured may have learned from
 * @param learnable what was bought in the holdout within one horizon: what is learned from when it was measured; None if the
 *                  holdout is shorter
 * @param before    takes a count and returns at most that many splits before the holdout, of one horizon each, newest first
 */
final case class TemporalSplits(
    kind: String,
    fromMs: Option[Long],
    untilMs: Long,
    horizonMs: Long,
    holdout: Option[TemporalSplit],
    learnable: Option[RDD[(Int, Array[Int])]],
    before: Int => Seq[TemporalSplit]
)

object TemporalSplits {
  /** The kind of split whose holdout no earlier run has seen. */
  val Window = "window"
  /** Users with fewer baskets keep all of them. */
  private val LeastBaskets = 3
  /** Fewer users in what came after the earlier runs say too little; a test holds it to LEAST_USERS in lambdas/publish/gate.ts. */
  val LeastUsers = 50L

  /**
   * The splits of a run: as configured, else by what came after every earlier run, so that one that is served can be compared,
   * else by the newest share of the sales.
   *
   * @param shareFromMs where the newest share of the sales begins; None if there is no such moment
   */
  def of(
      history: RDD[(Int, Purchases)],
      sales: TrainingSummary,
      shareFromMs: Option[Long],
      config: ModelConfig
  ): TemporalSplits = {
    val untilMs = sales.newestMs + 1
    val horizonMs = math.max(1L, untilMs - shareFromMs.getOrElse(sales.oldestMs))
    def within(from: Long): Boolean = from > sales.oldestMs && from <= sales.newestMs
    def hasUsers(from: Long): Boolean =
      history.filter { case (_, theirs) =>
        theirs.before(from).size > 0 && theirs.boughtWithin(from, untilMs).nonEmpty
      }.count() >= LeastUsers
    val moment = config.holdoutFromMs.filter(within)
    lazy val window = sales.knownUntilMs.map(_ + 1).filter(from => within(from) && hasUsers(from))
    def byTime(kind: String, from: Option[Long], horizonMs: Long): TemporalSplits =
      TemporalSplits.byTime(history, kind, sales.oldestMs, untilMs, from, horizonMs)
    if (config.holdoutLastBasket) byLastBasket(history, untilMs, horizonMs)
    else if (moment.nonEmpty) byTime("moment", moment, untilMs - moment.fold(untilMs)(identity))
    else if (window.nonEmpty) byTime(Window, window, horizonMs)
    else byTime("share", shareFromMs, horizonMs)
  }

  /**
   * By time.
   *
   * @param oldestMs the oldest sale: each split has a horizon of sales before it
   */
  def byTime(
      history: RDD[(Int, Purchases)],
      kind: String,
      oldestMs: Long,
      untilMs: Long,
      fromMs: Option[Long],
      horizonMs: Long
  ): TemporalSplits = {
    def bought(from: Long, until: Long): RDD[(Int, Array[Int])] =
      history.mapValues(_.boughtWithin(from, until)).filter(_._2.nonEmpty)
    def split(from: Long, until: Long): TemporalSplit =
      TemporalSplit(from, history.mapValues(_.before(from)), bought(from, until))
    TemporalSplits(
      kind,
      fromMs,
      untilMs,
      horizonMs,
      fromMs.map(split(_, untilMs)),
      fromMs.filter(untilMs - _ >= horizonMs).map(from => bought(from, from + horizonMs)),
      count =>
        fromMs.toSeq.flatMap { from =>
          (1 to count).map(from - _ * horizonMs).takeWhile(_ - horizonMs >= oldestMs).map(at => split(at, at + horizonMs))
        }
    )
  }

  /**
   * By baskets: the holdout is the last one of every user with at least three, the splits before it are those before the last.
   * For comparison with measurements made elsewhere; what other users bought later is known, as it is there.
   */
  def byLastBasket(history: RDD[(Int, Purchases)], untilMs: Long, horizonMs: Long): TemporalSplits = {
    def split(last: Int): TemporalSplit = TemporalSplit(
      untilMs,
      history.mapValues(theirs => if (theirs.basketCount >= LeastBaskets) theirs.withoutLast(last) else theirs).mapValues(
        _.before(untilMs)
      ),
      history.filter(_._2.basketCount >= math.max(
        LeastBaskets,
        last + 1
      )).mapValues(_.basketBefore(last - 1)).filter(_._2.nonEmpty)
    )
    val holdout = split(1)
    TemporalSplits(
      "lastBasket",
      None,
      untilMs,
      horizonMs,
      Some(holdout),
      Some(holdout.next),
      count => (2 to count + 1).map(split)
    )
  }
}
