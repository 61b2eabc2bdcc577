package cartograph.evaluation

import cartograph.SparkSuite
import cartograph.platform.NumberPartitioner
import cartograph.sales.{Pause, Pauses, Purchases, SalesTime}

class TemporalSplitsTest extends SparkSuite {
  private def purchases(lines: (Int, Long)*): Purchases =
    Purchases.gathered(lines.map { case (product, atMs) =>
      Purchases.Line(product, atMs, basket = s"$atMs", quantity = 1, price = None, weight = 1)
    })

  /** Ann buys product n at moment n, from 1 to 10; bob buys once. */
  private lazy val history = sc.parallelize(Seq(
    0 -> purchases((1 to 10).map(n => n -> n.toLong): _*),
    1 -> purchases(3 -> 3L)
  )).partitionBy(new NumberPartitioner(2, 2))

  private def products(split: TemporalSplit): (Seq[Int], Seq[Int]) =
    (split.known.collectAsMap()(0).products.toSeq, split.next.collectAsMap().get(0).fold(Seq.empty[Int])(_.toSeq))

  test(
    "by time: purchases from a moment on are held out; windows of one horizon are before it, each with a horizon of past sales"
  ) {
    val splits = TemporalSplits.byTime(history, SalesPeriod(1, 11), HoldoutStart("share", Some(9)), horizonMs = 2)
    assert(products(splits.holdout.get) === ((1 to 8, Seq(9, 10))))
    assert(splits.before(9).map(products) === Seq((1 to 6, Seq(7, 8)), (1 to 4, Seq(5, 6)), (1 to 2, Seq(3, 4))))
    assert(splits.before(1).size === 1)
    assert(splits.learnable.get.collectAsMap()(0).toSeq === Seq(9, 10))
  }

  test("the first horizon of a holdout is learned from; nothing is if the holdout is shorter") {
    val long = TemporalSplits.byTime(history, SalesPeriod(1, 11), HoldoutStart("window", Some(6)), horizonMs = 2)
    assert(products(long.holdout.get)._2 === (6 to 10))
    assert(long.learnable.get.collectAsMap()(0).toSeq === Seq(6, 7))
    assert(TemporalSplits.byTime(history, SalesPeriod(1, 11), HoldoutStart("window", Some(10)), horizonMs = 2).learnable === None)
  }

  test("without a moment to split at, nothing is held out") {
    val splits = TemporalSplits.byTime(history, SalesPeriod(5, 6), HoldoutStart("share", None), horizonMs = 1)
    assert((splits.holdout, splits.before(2), splits.learnable) === ((None, Nil, None)))
  }

  test(
    "by last basket: the last one of users with three or more is held out, those before it are learned from; others keep all"
  ) {
    val splits = TemporalSplits.byLastBasket(history, untilMs = 11, horizonMs = 2)
    assert(products(splits.holdout.get) === ((1 to 9, Seq(10))))
    assert(splits.before(2).map(products) === Seq((1 to 8, Seq(9)), (1 to 7, Seq(8))))
    assert(splits.holdout.get.known.collectAsMap()(1).products.toSeq === Seq(3))
    assert(splits.holdout.get.next.keys.collect().toSeq === Seq(0))
  }

  test("pauses do not count in horizons: the windows around a pause hold the sales that they would hold without it") {
    // Moments 6 and later are 1000 later, of which all but one does not count.
    val moved = history.mapValues(bought => bought.copy(atMs = bought.atMs.map(at => if (at > 5) at + 1000 else at)))
    def windows(at: Long, horizonMs: Long) =
      TemporalSplits.byTime(moved, SalesPeriod(1, 1011, Pauses(Seq(Pause(6, 1006)))), HoldoutStart("share", Some(at)), horizonMs)
    val splits = windows(1009, horizonMs = 2)
    assert(products(splits.holdout.get) === ((1 to 8, Seq(9, 10))))
    assert(splits.before(9).map(products) === Seq((1 to 6, Seq(7, 8)), (1 to 4, Seq(5, 6)), (1 to 2, Seq(3, 4))))
    assert(windows(5, horizonMs = 3).learnable.get.collectAsMap()(0).toSeq === Seq(5, 6, 7))
  }

  private def horizon(fromMs: Long, nowMs: Long, shareFromMs: Long, usualMs: Long = 0, pauses: Pauses = Pauses.None): Long =
    TemporalSplits.horizonMs(SalesTime(fromMs, fromMs, nowMs, pauses, usualMs, None, None), Some(shareFromMs))

  test("the horizon is the time of the newest share of the sales, without pauses") {
    assert(horizon(0, 99, shareFromMs = 90) === 10)
    assert(horizon(0, 1099, shareFromMs = 90, pauses = Pauses(Seq(Pause(95, 1095)))) === 10)
    assert(TemporalSplits.horizonMs(SalesTime(0, 0, 99, Pauses.None, 0, None, None), None) === 100)
  }

  test("the horizon is at least a quarter of the usual length, and two windows and a past fit before the holdout") {
    assert(horizon(0, 900, shareFromMs = 899, usualMs = 180) === 45)
    assert(horizon(0, 999, shareFromMs = 600) === 200, "instead of 400")
    assert(horizon(0, 999, shareFromMs = 10) === 990, "a past of 10 would not become enough to learn from")
  }
}
