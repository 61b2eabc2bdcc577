package cartograph.sales

import org.scalatest.funsuite.AnyFunSuite

class SaleMomentsTest extends AnyFunSuite {
  private def counted(times: Seq[Long]): SaleMoments = {
    val counter = new SaleMoments.Counter
    times.foreach(at => counter.add(SaleMoment(at, at, 1, at % 2, at)))
    counter.result
  }

  test("moments are exact as long as there are few of them, also before 1970") {
    val found = counted(Seq(5, -3, 5, 1000000000000L))
    assert(found.bits === 0)
    assert(found.all.toSeq === Seq(
      SaleMoment(-3, -3, 1, -1, -3),
      SaleMoment(5, 5, 2, 2, 5),
      SaleMoment(1000000000000L, 1000000000000L, 1, 0, 1000000000000L)
    ))
  }

  test("there are never more than the limit; counts, oldest and newest times stay exact") {
    val times = Seq.tabulate(50000)(n => n * 7919L % 1000003)
    val found = counted(times)
    assert(found.all.length <= SaleMoments.Limit && found.all.length > SaleMoments.Limit / 3)
    assert(found.all.map(_.sales).sum === 50000 && found.all.map(_.added).sum === times.map(_ % 2).sum)
    assert((found.all.head.oldestMs, found.all.last.newestMs) === ((times.min, times.max)))
  }

  test("they depend on the set of sales alone, not on its order or parts") {
    val random = new scala.util.Random(5)
    val times = Seq.fill(20000)((math.pow(random.nextDouble(), 6) * 1e11).toLong)
    val whole = counted(times)
    for (seed <- 1 to 5) {
      val shuffled = new scala.util.Random(seed).shuffle(times)
      val parts = shuffled.grouped(1 + seed * 777).map(counted).reduce(_ + _)
      assert((parts.bits, parts.all.toSeq) === ((whole.bits, whole.all.toSeq)))
    }
  }
}
