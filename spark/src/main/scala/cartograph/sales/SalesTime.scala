package cartograph.sales

/**
 * Sales that are dated after "now".
 *
 * @param interactions number of sales, at least 1
 * @param added        how many of them only the last window has
 * @param newestMs     the newest time, epoch ms
 */
final case class SalesAfterNow(interactions: Long, added: Long, newestMs: Long)

/**
 * The time in which a shop has sales.
 *
 * @param oldestMs     time of the oldest sale, epoch ms; 0 without sales
 * @param startMs      time of the oldest sale that is not an outlier, epoch ms; 0 without sales
 * @param nowMs        time of the newest sale that is not an outlier, epoch ms: the "now" of a run; 0 without sales
 * @param pauses       stretches before `nowMs` that do not count
 * @param usualMs      how long a tenth of the sales takes in the shop's slower times, ms; 0 if there are too few sales to say
 * @param afterNow     the sales after `nowMs`; None if there are none
 * @param knownUntilMs time of the newest sale before the last window that is not after `nowMs`, epoch ms; None without such sales
 */
final case class SalesTime(
    oldestMs: Long,
    startMs: Long,
    nowMs: Long,
    pauses: Pauses,
    usualMs: Long,
    afterNow: Option[SalesAfterNow],
    knownUntilMs: Option[Long]
) {
  /** Returns when a sale counts as made: a sale after "now" counts as made at "now". */
  def counted(sale: Interaction): Interaction = if (sale.atMs > nowMs) sale.copy(atMs = nowMs) else sale
}

/**
 * Finds "now" and the pauses of a shop from the times of its sales alone, by gaps:
 *
 *   usual gap = max(3 * third-longest gap between moments with sales, usual / 2)
 *   usual     = third-longest of the times that the ten tenths of the sales take
 *
 * The third, because an outlier or a closure is in one tenth and one gap; what happens three times is what the shop is used to.
 *
 *   - "Now" is the newest moment with company: the usual gap before it has a few other moments with sales. One sale with a wrong
 *     clock has no company, nor have several, each far from the others. The first sales after a shop was closed have none
 *     either; as soon as there are more of them, they all have. The lines of an order are made at one moment, so that a large
 *     order has no more company than a small one.
 *   - The start is likewise the oldest moment with company after it.
 *   - A gap counts as no longer than the usual gap; the rest of it is a pause.
 *
 * Required company is a small part of what the usual gap has, so that a shop may become many times slower without having its
 * sales taken for outliers.
 */
object SalesTime {
  /** With fewer moments, every gap is usual, unless there are [[LeastDates]] of them, with [[SalesOfDate]] sales each on average. */
  private val LeastMoments = 100
  /** Where sales have dates without times, the days with sales are few, but their gaps are regular. */
  private val LeastDates = 20
  private val SalesOfDate = 10
  /** One moment of company is required for so many moments of the shop, at least one and at most [[MostCompany]]. */
  private val MomentsPerCompany = 400
  private val MostCompany = 10
  /** The oldest and the newest moments, one of so many, may be outliers, so that their gaps do not say what is usual. */
  private val MomentsPerOutlier = 200
  private val Tenths = 10
  private val Third = 2

  def of(sales: SaleMoments): SalesTime = {
    val moments = sales.all.toIndexedSeq
    if (moments.isEmpty)
      SalesTime(oldestMs = 0, startMs = 0, nowMs = 0, Pauses.None, usualMs = 0, afterNow = None, knownUntilMs = None)
    else if (!areEnough(moments))
      between(moments, start = 0, now = moments.size - 1, Pauses.None, usualMs = 0)
    else {
      val usualMs = SalesTime.usualMs(sales)
      val gapMs = math.max(3 * third(gaps(core(moments))), usualMs / 2)
      val company = companyOf(moments.size)
      // The positions of the moments, as often as they count; more than the company and the moment itself makes no difference.
      val places = moments.indices.flatMap { place =>
        Seq.fill(math.min(company + 1L, sales.weightOf(moments(place))).toInt)(place)
      }
      // Pairs with the required company in between.
      val pairs = places.zip(places.drop(company))
        .filter { case (older, newer) => moments(newer).oldestMs - moments(older).newestMs <= gapMs }
      val (start, now) = (pairs.headOption.fold(0)(_._1), pairs.lastOption.fold(moments.size - 1)(_._2))
      between(moments, start, now, pauses(moments.take(now + 1), gapMs), usualMs)
    }
  }

  /** Returns how long a tenth of the sales takes in the shop's slower times, ms; 0 if there are too few sales to say. */
  def usualMs(sales: SaleMoments): Long = {
    val moments = sales.all.toIndexedSeq
    if (areEnough(moments)) third(tenths(moments)) else 0
  }

  private def areEnough(moments: IndexedSeq[SaleMoment]): Boolean =
    moments.size >= LeastMoments || moments.size >= LeastDates && moments.map(_.sales).sum >= SalesOfDate * moments.size

  private def companyOf(moments: Int): Int = math.max(1, math.min(MostCompany, moments / MomentsPerCompany))

  private def core(moments: IndexedSeq[SaleMoment]): IndexedSeq[SaleMoment] = {
    val edge = math.max(companyOf(moments.size), moments.size / MomentsPerOutlier)
    moments.slice(edge, moments.size - edge)
  }

  private def gaps(moments: IndexedSeq[SaleMoment]): Seq[Long] =
    moments.zip(moments.drop(1)).map { case (older, newer) => newer.oldestMs - older.newestMs }

  /** Returns how long each tenth of the sales takes, oldest first, ms; the gap before it is a part of it. */
  private def tenths(moments: IndexedSeq[SaleMoment]): Seq[Long] = {
    val counts = moments.scanLeft(0L)(_ + _.sales).tail
    val ends = (1 to Tenths).map(tenth => moments(counts.indexWhere(_ * Tenths >= counts.last * tenth)).newestMs)
    ends.zip(moments.head.oldestMs +: ends).map { case (end, before) => end - before }
  }

  private def third(lengths: Seq[Long]): Long = lengths.sorted(Ordering[Long].reverse)(Third)

  private def pauses(moments: IndexedSeq[SaleMoment], gapMs: Long): Pauses = Pauses(
    moments.zip(moments.drop(1))
      .map { case (older, newer) => Pause(older.newestMs + gapMs, newer.oldestMs) }
      .filter(pause => pause.fromMs < pause.untilMs)
  )

  private def between(moments: IndexedSeq[SaleMoment], start: Int, now: Int, pauses: Pauses, usualMs: Long): SalesTime = {
    val after = moments.drop(now + 1)
    SalesTime(
      oldestMs = moments.head.oldestMs,
      startMs = moments(start).oldestMs,
      nowMs = moments(now).newestMs,
      pauses = pauses,
      usualMs = usualMs,
      afterNow = Option.when(after.nonEmpty)(SalesAfterNow(after.map(_.sales).sum, after.map(_.added).sum, after.last.newestMs)),
      knownUntilMs = Some(moments.take(now + 1).map(_.knownUntilMs).max).filter(_ != Long.MinValue)
    )
  }
}
