package cartograph.sales

import org.scalatest.funsuite.AnyFunSuite

class SalesTimeTest extends AnyFunSuite {
  private val (minute, hour, day) = (60000L, 3600000L, 86400000L)
  private val Start = 1700000000000L

  private def of(times: Seq[Long]): SalesTime = {
    val counter = new SaleMoments.Counter
    times.foreach(at => counter.add(moment(at)))
    SalesTime.of(counter.result)
  }
  private def moment(at: Long, knownUntilMs: Long = Long.MinValue, added: Long = 0) =
    SaleMoment(at, at, sales = 1, added = added, knownUntilMs = knownUntilMs)

  /** Sales at random times. */
  private def random(count: Int, fromMs: Long, lengthMs: Long, seed: Int = 1): Seq[Long] = {
    val chance = new scala.util.Random(seed)
    Seq.fill(count)(fromMs + (chance.nextDouble() * lengthMs).toLong).sorted
  }

  /** Sales from 9 to 17 o'clock on Mondays to Fridays. */
  private def office(days: Int, perDay: Int): Seq[Long] =
    (0 until days).filter(_ % 7 < 5).flatMap(n => random(perDay, Start + n * day + 9 * hour, 8 * hour, seed = n))

  private lazy val year = random(13860, Start, 365 * day)

  private def assertAllUsual(times: Seq[Long]): Unit = {
    val time = of(times)
    assert((time.startMs, time.nowMs, time.afterNow, time.pauses) === ((times.min, times.max, None, Pauses.None)))
  }

  private def assertAboutEqual(a: Long, b: Long): Unit = assert(math.abs(a - b) < 0.03 * b)

  test("without outliers now is the newest sale") {
    assertAllUsual(year)
    assertAllUsual(random(6000, Start, 6 * hour))
    for (seed <- 1 to 50) assertAllUsual(random(300, Start, 90 * day, seed))
    for (days <- Seq(33, 92, 365); perDay <- Seq(5, 100)) assertAllUsual(office(days, perDay))
    val nothing = of(Nil)
    assert((nothing.nowMs, nothing.oldestMs, nothing.afterNow, nothing.knownUntilMs) === ((0L, 0L, None, None)))
  }

  test("with few sales every gap is usual") {
    assertAllUsual((0 until 98).map(n => Start + n * day) :+ Start + 9999 * day)
  }

  /** Sales with dates without times, in a shop that is open on five days of a week. */
  private def dates(days: Int, perDay: Int): Seq[Long] =
    (0 until days).filter(_ % 7 < 5).flatMap(n => Seq.fill(perDay)(Start + n * day))

  test("dates without times: outliers are found among 20 days with sales, and nothing else is one") {
    for (days <- Seq(26, 92, 140); perDay <- Seq(12, 100)) {
      val times = dates(days, perDay)
      assertAllUsual(times)
      val time = of((times.head - 400 * day) +: times :+ times.last + 150 * day)
      assert((time.startMs, time.nowMs) === ((times.head, times.last)), s"$perDay sales on each of $days days")
      assert(time.afterNow === Some(SalesAfterNow(interactions = 1, added = 0, times.last + 150 * day)))
    }
    // With fewer sales they may be orders at any time, and with fewer days nothing is known of the gaps.
    assertAllUsual(dates(92, 9) :+ Start + 9999 * day)
    assertAllUsual(dates(24, 100) :+ Start + 9999 * day)
  }

  test("one sale that is five months late is after now") {
    val time = of(year :+ year.last + 150 * day)
    assert(time.nowMs === year.last)
    assert(time.afterNow === Some(SalesAfterNow(interactions = 1, added = 0, year.last + 150 * day)))
    assert(time.pauses === Pauses.None)
    assertAboutEqual(time.usualMs, of(year).usualMs)
  }

  test("one sale that is 20 hours ahead of six hours of sales is after now") {
    val times = random(4000, Start, 6 * hour)
    assert(of(times :+ times.last + 20 * hour).nowMs === times.last)
  }

  test("several sales with wrong clocks are after now, at different times and on both sides, and so is a large order") {
    val late = Seq(30, 31, 75, 150, 700, 701, 4000).map(year.last + _ * day)
    val early = Seq(10000, 5000, 4999, 200).map(year.head - _ * day)
    val time = of(early ++ year ++ late ++ Seq.fill(500)(late.last))
    assert((time.startMs, time.nowMs, time.oldestMs) === ((year.head, year.last, early.head)))
    assert(time.afterNow === Some(SalesAfterNow(507, 0, late.last)))
  }

  test("a sale of another decade is kept, and its gap does not count") {
    val time = of((year.head - 9000 * day) +: year)
    assert((time.oldestMs, time.startMs, time.nowMs, time.afterNow) === ((year.head - 9000 * day, year.head, year.last, None)))
    assertAboutEqual(time.usualMs, of(year).usualMs)
    assert(time.pauses.length(time.oldestMs, time.startMs) < 40 * day)
  }

  test("a shop that was closed for months: after a few sales, all that are made since then are real") {
    def reopened(count: Int): SalesTime = of(year ++ random(count, year.last + 120 * day, 2 * hour, seed = 3))
    assert(reopened(2).nowMs === year.last)
    for (count <- Seq(20, 100, 1000)) {
      val time = reopened(count)
      assert(time.afterNow === None && time.nowMs > year.last + 120 * day, s"$count sales")
      assert(time.pauses.all.map(_.untilMs) === Seq(random(count, year.last + 120 * day, 2 * hour, seed = 3).head))
    }
  }

  test("a shop that becomes ten times slower keeps its newest sale as now") {
    for (seed <- 1 to 20) assertAllUsual(random(5000, Start, 100 * day, seed) ++ random(100, Start + 100 * day, 20 * day, seed))
  }

  test("a burst and then the usual rate again: the sales after the burst are real") {
    val before = random(4000, Start, 90 * day)
    val burst = random(4000, Start + 90 * day, 3 * hour)
    assertAllUsual(before ++ burst)
    assert(of(before ++ burst).usualMs > 15 * day, "the shop's slower times are months, not hours")
    assertAllUsual(before ++ burst ++ random(5, Start + 90 * day + 3 * hour, 6 * hour))
  }

  test("gaps that happen again and again are usual: a shop that is open for a month in each year has no pauses") {
    val times = (0 until 6).flatMap(n => random(1000, Start + n * 365 * day, 30 * day, seed = n))
    assertAllUsual(times)
    assertAllUsual(times :+ times.last + 150 * day)
  }

  test("a pause is the part of a long gap that exceeds the usual one") {
    val times = random(2000, Start, 90 * day).map(at => if (at > Start + 60 * day) at + 120 * day else at)
    val time = of(times)
    assert(time.pauses.all.size === 1)
    val pause = time.pauses.all.head
    val (before, after) = times.partition(_ < Start + 100 * day)
    assert(pause.untilMs === after.head)
    assert(pause.fromMs - before.last === time.usualMs / 2)
    assert(time.usualMs > 8 * day && time.usualMs < 11 * day)
    assert((time.nowMs, time.startMs) === ((times.last, times.head)))
  }

  test("sales that were known before do not count as known after now") {
    val known =
      year.map(at => moment(at, knownUntilMs = at - minute)) :+ moment(year.last + 150 * day, year.last + 150 * day, added = 1)
    val time = SalesTime.of(SaleMoments(0, known.toArray))
    assert(time.knownUntilMs === Some(year.last - minute))
    assert(time.afterNow.map(_.added) === Some(1))
  }
}
