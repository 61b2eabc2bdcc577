package cartograph.evaluation

import cartograph.{Sale, SparkSuite}

class HoldoutTest extends SparkSuite {
  private def from(times: Seq[Long], share: Double): Option[Long] =
    Holdout.from(sales(times.map(Sale("u", "p", _)): _*), times.size.toLong, SalesPeriod(times.min, times.max + 1), share)

  test("the newest fifth of ten sales is the last two") {
    assert(from(1L to 10L, 0.2) === Some(9L))
  }

  test("sales of one moment stay on one side") {
    assert(from(Seq(1, 5, 5, 5, 5, 5, 5, 5, 5, 5), 0.2) === Some(5L))
  }

  test("the moment is exact over decades") {
    val decade = 315360000000L
    val random = new scala.util.Random(4)
    val times = Seq.fill(2000)((random.nextDouble() * decade).toLong).distinct
    val expected = times.sorted.apply(times.size - math.ceil(0.1 * times.size).toInt)
    assert(from(times, 0.1) === Some(expected))
  }

  test("there is no holdout if all sales are of one moment, or if nothing would be left to learn from") {
    assert(from(Seq(7, 7, 7), 0.2) === None)
    assert(from(Seq(7, 7, 7, 8), 0.5) === None)
    assert(Holdout.from(sales(), 0, SalesPeriod(0, 1), 0.2) === None)
  }

  test("a share out of range is refused") {
    val error = intercept[IllegalArgumentException](from(Seq(1, 2), 1))
    assert(error.getMessage.contains("share is 1.0"))
  }
}
