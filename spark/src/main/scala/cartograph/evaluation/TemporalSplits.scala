package cartograph.evaluation

import org.apache.spark.rdd.RDD

import cartograph.features.Moment
import cartograph.sales.{ModelConfig, Purchases, TrainingSummary}

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
 * @param untilMs   the moment after the newest sale, epoch ms
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
  /** With fewer users, the sales after the earlier runs are too few to compare by. A test compares it with the gate's minimum. */
  val LeastUsers = 50L

  /**
   * Splits the sales of a run: as configured; else at the newest sale that an earlier run knew, so that the served run can be
   * compared; else so that the newest share is held out.
   *
   * @param shareFromMs where the newest share of the sales begins, epoch ms; None if there is no such moment
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
      history.filter { case (_, purchases) =>
        purchases.before(from).size > 0 && purchases.boughtWithin(from, untilMs).nonEmpty
      }.count() >= LeastUsers
    val moment = config.holdoutFromMs.filter(within)
    lazy val window = sales.knownUntilMs.map(_ + 1).filter(from => within(from) && hasUsers(from))
    val period = SalesPeriod(sales.oldestMs, untilMs)
    if (config.holdoutLastBasket) byLastBasket(history, untilMs, horizonMs)
    else if (moment.nonEmpty)
      byTime(history, period, HoldoutStart("moment", moment), untilMs - moment.getOrElse(untilMs))
    else if (window.nonEmpty) byTime(history, period, HoldoutStart(Window, window), horizonMs)
    else byTime(history, period, HoldoutStart("share", shareFromMs), horizonMs)
  }

  /** Splits at moments. Each split has at least a horizon of sales before it. */
  def byTime(
      history: RDD[(Int, Purchases)],
      period: SalesPeriod,
      start: HoldoutStart,
      horizonMs: Long
  ): TemporalSplits = {
    val SalesPeriod(oldestMs, untilMs) = period
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
      learnable = fromMs.filter(untilMs - _ >= horizonMs).map(from => bought(from, from + horizonMs)),
      before = count =>
        fromMs.toSeq.flatMap { from =>
          (1 to count).map(from - _ * horizonMs).takeWhile(_ - horizonMs >= oldestMs).map(at => split(at, at + horizonMs))
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
