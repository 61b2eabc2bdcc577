package cartograph.sales

import cartograph.{Sale, SparkSuite}

class PurchaseSetTest extends SparkSuite {
  private val day = 86400000L
  private val purchases = (0 until 300).map(n => Sale("ann", "lamp", n * day))
  private val events =
    Seq("view", "gift").flatMap(kind => (0 until 2000).map(n => Sale("ann", "lamp", 299 * day + n, kind = kind)))

  private def of(all: Seq[Interaction]): (TrainingSet, PurchaseSet) = {
    val rows = sales(all: _*)
    val time = SalesTime.of(SaleMoments.of(rows.map(_.atMs)))
    val summary =
      TrainingSummary(
        all.size.toLong,
        repeats = 0,
        repeatsById = 0,
        conflicts = 0,
        uncompacted = 0,
        leftOut = 0,
        sha256 = "",
        time
      )
    val set = new TrainingSet(rows, rows, summary)
    set -> PurchaseSet.of(set, SaleTypes.of(rows, Map("purchase" -> 1.0, "view" -> 0.1)))
  }

  test("a set of purchases alone is taken as it is") {
    val (set, found) = of(purchases)
    assert(found === PurchaseSet(set.interactions, 300, set.summary.time))
  }

  test("views and types without a weight are left out, and do not change the usual length; now stays that of all sales") {
    val (_, usual) = of(purchases)
    val (set, found) = of(purchases ++ events)
    assert(found.count === 300)
    assert(found.interactions.collect().map(sale => (sale.kind, sale.atMs)).toSeq === purchases.map(sale =>
      (sale.kind, sale.atMs)
    ))
    assert(set.summary.time.usualMs < found.time.usualMs)
    assert(found.time === set.summary.time.copy(usualMs = usual.time.usualMs))
    assert(found.time.nowMs === 299 * day + 1999)
  }

  test("without purchases there is no usual length") {
    val (_, found) = of(events.filter(_.kind == "gift"))
    assert((found.count, found.interactions.count(), found.time.usualMs) === ((0L, 0L, 0L)))
  }
}
