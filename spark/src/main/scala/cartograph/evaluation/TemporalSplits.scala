package cartograph.evaluation

import org.apache.spark.rdd.RDD

import cartograph.features.Moment
import cartograph.sales.{ModelConfig, Purchases, SalesTime}

/**
 * The sales, split at a moment.
 *
 * @param asOfMs the moment, epoch ms
 * @param known  by user, the purchases before the moment, without products that were returned by then; may be empty
 * @param next   by user, the products that were bought next, ascending; never empty
 */
final case class TemporalSplit(asOfMs: Long, known: RDD[(Int, Purchases)], next: RDD[(Int, Array[Int])])

/**
 * The splits of the sales to learn from and to measure by.
 *
 * @param kind      name of the rule that places the beginning of the holdout; see `holdout.kind` in
 *                  lambdas/shared/contract/quality.ts
 * @param fromMs    where the holdout begins, epoch ms; None if nothing can be held out, or if it does not begin at one moment
 * @param untilMs   the moment after "now", epoch ms; see [[SalesTime]]
 * @param horizonMs how long recommendations are made for, ms; the unit of time of everything that is learned
 * @param holdout   the newest sales, which nothing that is measured may have learned from
 * @param learnable by user, the products bought within the first horizon of the holdout, which are learned from once they were
 *                  measured; None if the holdout is shorter
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
) {
  /** The moment that the lists are made for. */
  def now: Moment = momentAt(untilMs)

  def momentAt(asOfMs: Long): Moment = Moment(asOfMs, horizonMs)
}

/**
 * Where a holdout begins.
 *
 * @param kind   name of the rule that placed it; see [[TemporalSplits]]
 * @param fromMs epoch ms; None if nothing can be held out
 */
final case class HoldoutStart(kind: String, fromMs: Option[Long])

object TemporalSplits {
  /** The kind of split whose holdout starts after all sales that an earlier run knew. */
  val Window: String = "window"
  /** Users with fewer baskets keep all of them. */
  private val LeastBaskets = 3
  /** A horizon is at least one of so many parts of the usual length; see [[horizonMs]]. */
  private val PartsOfUsual = 4
  /** So many horizons before the holdout are needed to learn: two windows, and a past before the older one. */
  private val LearnedHorizons = 3
  /** To fit these, a horizon is made at most so many times shorter. */
  private val MostShortening = 10
  /** With fewer users, the sales after the earlier runs are too few to compare by. A test compares it with the gate's minimum. */
  val LeastUsers = 50L

  /**
   * Splits the sales of a run: as configured; else at the newest sale that an earlier run knew or later, so that the served run
   * can be compared; else so that the newest share is held out.
   *
   * @param shareFromMs where the newest share of the sales begins, epoch ms; None if there is no such moment
   */
  def of(
      history: RDD[(Int, Purchases)],
      time: SalesTime,
      shareFromMs: Option[Long],
      config: ModelConfig
  ): TemporalSplits = {
    val untilMs = time.nowMs + 1
    val horizonMs = TemporalSplits.horizonMs(time, shareFromMs)
    def within(from: Long): Boolean = from > time.oldestMs && from <= time.nowMs
    def hasUsers(from: Long): Boolean =
      history.filter { case (_, purchases) =>
        purchases.before(from).size > 0 && purchases.boughtWithin(from, untilMs).nonEmpty
      }.count() >= LeastUsers
    val moment = config.holdoutFromMs.filter(within)
    // Of a long window only the newest share, so that there is a past to learn from, and the newest taste is learned.
    lazy val window = time.knownUntilMs.map(_ + 1).flatMap { from =>
      Seq(math.max(from, shareFromMs.getOrElse(from)), from).find(at => within(at) && hasUsers(at))
    }
    val period = SalesPeriod(time.startMs, untilMs, time.pauses)
    if (config.holdoutLastBasket) byLastBasket(history, untilMs, horizonMs)
    else if (moment.nonEmpty)
      byTime(history, period, HoldoutStart("moment", moment), time.pauses.length(moment.getOrElse(untilMs), untilMs))
    else if (window.nonEmpty) byTime(history, period, HoldoutStart(Window, window), horizonMs)
    else byTime(history, period, HoldoutStart("share", shareFromMs), horizonMs)
  }

  /**
   * Returns how long recommendations are made for: the time that the newest share of the sales takes, without pauses, ms, at least 1.
   *
   *   - It is at least a quarter of the usual length. A shop that sells as much within hours as it did in months would otherwise
   *     forget the months. A shop that doubles its sales at a steady pace is just not affected.
   *   - It is short enough that the ranker has windows to learn from, even if the shop sells much less than it used to. It is not
   *     made more than ten times shorter: then a shop has no past to learn from.
   *
   * @param shareFromMs where the newest share of the sales begins, epoch ms; None if there is no such moment
   */
  private[evaluation] def horizonMs(time: SalesTime, shareFromMs: Option[Long]): Long = {
    val from = shareFromMs.getOrElse(time.startMs)
    val newestMs = time.pauses.length(from, time.nowMs + 1)
    val wantedMs = math.max(newestMs, time.usualMs / PartsOfUsual)
    val longestMs = time.pauses.length(time.startMs, from) / LearnedHorizons
    math.max(1L, if (longestMs * MostShortening < wantedMs) wantedMs else math.min(wantedMs, longestMs))
  }

  /** Splits at moments. Each split has at least a horizon of sales before it. Pauses do not count in horizons. */
  def byTime(
      history: RDD[(Int, Purchases)],
      period: SalesPeriod,
      start: HoldoutStart,
      horizonMs: Long
  ): TemporalSplits = {
    val SalesPeriod(oldestMs, untilMs, pauses) = period
    val HoldoutStart(kind, fromMs) = start
    def bought(from: Long, until: Long): RDD[(Int, Array[Int])] =
      history.mapValues(_.boughtWithin(from, until)).filter(_._2.nonEmpty)
    def split(from: Long, until: Long): TemporalSplit =
      TemporalSplit(from, history.mapValues(_.before(from)), bought(from, until))
    TemporalSplits(
      kind = kind,
      fromMs = fromMs,
      untilMs = untilMs,
      horizonMs = horizonMs,
      holdout = fromMs.map(split(_, untilMs)),
      learnable = fromMs.filter(pauses.length(_, untilMs) >= horizonMs).map(from => bought(from, pauses.after(from, horizonMs))),
      before = count =>
        fromMs.toSeq.flatMap { from =>
          val moments = (0 to count).map(windows => pauses.before(from, windows * horizonMs))
          moments.zip(moments.drop(1))
            .takeWhile { case (_, at) => pauses.length(oldestMs, at) >= horizonMs }
            .map { case (until, at) => split(at, until) }
        }
    )
  }

  /**
   * Splits by baskets: the holdout is the last basket of every user with at least three, the split before it is the basket before,
   * and so on. It is for comparison with published measurements. As in these, later purchases of other users are known.
   */
  def byLastBasket(history: RDD[(Int, Purchases)], untilMs: Long, horizonMs: Long): TemporalSplits = {
    def split(last: Int): TemporalSplit = TemporalSplit(
      untilMs,
      history
        .mapValues(purchases => if (purchases.basketCount >= LeastBaskets) purchases.withoutLast(last) else purchases)
        .mapValues(_.before(untilMs)),
      history
        .filter(_._2.basketCount >= math.max(LeastBaskets, last + 1))
        .mapValues(_.basketBefore(last - 1))
        .filter(_._2.nonEmpty)
    )
    val holdout = split(1)
    TemporalSplits(
      kind = "lastBasket",
      fromMs = None,
      untilMs = untilMs,
      horizonMs = horizonMs,
      holdout = Some(holdout),
      learnable = Some(holdout.next),
      before = count => (2 to count + 1).map(split)
    )
  }
}
