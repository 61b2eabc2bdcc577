package cartograph.output

import org.scalatest.funsuite.AnyFunSuite

import cartograph.graph.{Communities, CrossingTally, Crossings, PowerLaw}

class GraphFactsTest extends AnyFunSuite {

  test(
    "the Gini coefficient is 0 if all products are in the same number of lists, near 1 if one has all, and 2/9 for 1, 2 and 3"
  ) {
    assert(ExposureMeasures.gini(Array((7, 4L))) === 0.0)
    assert(math.abs(ExposureMeasures.gini(Array((0, 99L), (100, 1L))) - 0.99) < 1e-12)
    // 1, 2 and 3 lists: mean difference 8/9, mean 2.
    assert(math.abs(ExposureMeasures.gini(Array((1, 1L), (2, 1L), (3, 1L))) - 2.0 / 9) < 1e-12)
  }

  test("crossing edges are counted and compared with chance; edges with an end without a community are left out") {
    val (first, second) = (new CrossingTally, new CrossingTally)
    Seq(0 -> 0, 0 -> 0, 0 -> 1).foreach { case (from, to) => first.add(from, to) }
    Seq(1 -> 1, 1 -> Communities.NoCommunity, Communities.NoCommunity -> 0).foreach { case (from, to) => second.add(from, to) }
    val sum = first + second
    // Three of four edges start in 0 and one in 1; two end in each: by chance (3 * 2 + 1 * 2) / 4 = 2 stay.
    assert((sum.edges, sum.crossings) === ((6L, Crossings(edges = 4, crossing = 1, byChance = 2))))
    assert(new CrossingTally().crossings === Crossings(0, 0, 0))
  }

  test("half of the recommendations are those of the smallest number of products that reach it") {
    // 10 recommendations: the product with four, then one of the two with two.
    assert(ExposureMeasures.half(Array((1, 2L), (2, 2L), (4, 1L))) === ((2L, 6L)))
    assert(ExposureMeasures.half(Array((1, 4L))) === ((2L, 2L)))
    assert(ExposureMeasures.half(Array((0, 9L), (5, 1L))) === ((1L, 5L)))
    // 7 recommendations: three are less than half.
    assert(ExposureMeasures.half(Array((1, 4L), (3, 1L))) === ((2L, 4L)))
  }

  test(
    "the Lorenz curve goes from (0, 0) to (1, 1), through (0.5, 0.2) if two of four products have one list each and two have four"
  ) {
    assert(ExposureMeasures.lorenz(Array((1, 2L), (4, 2L))) === Seq((0.0, 0.0), (0.5, 0.2), (1.0, 1.0)))
    assert(ExposureMeasures.lorenz(Array((0, 5L))) === Seq((0.0, 0.0), (1.0, 1.0)))
    assert(ExposureMeasures.lorenz(Array.empty) === Seq((0.0, 0.0), (1.0, 1.0)))
  }

  test("the Lorenz curve is nowhere 1/200 away from the exact curve and has at most 402 points, also where it is steep") {
    // The product of rank n is in 1/n as many lists as the first.
    val sorted = (1 to 20000).map(rank => 1000000 / rank).groupMapReduce(identity)(_ => 1L)(_ + _).toArray.sorted
    val curve = ExposureMeasures.lorenz(sorted)
    assert(sorted.length > 1000 && curve.size <= 402 && (curve.head, curve.last) === (((0.0, 0.0), (1.0, 1.0))))
    val (products, lists) = (sorted.map(_._2).sum.toDouble, sorted.map { case (lists, count) => lists * count }.sum.toDouble)
    val bends = sorted.scanLeft((0.0, 0.0)) { case ((x, y), (each, count)) => (x + count / products, y + each * count / lists) }
    bends.foreach { case (x, y) =>
      val after = math.max(1, curve.indexWhere(_._1 >= x - 1e-6))
      val ((x1, y1), (x2, y2)) = (curve(after - 1), curve(after))
      val drawn = if (x2 == x1) y2 else y1 + (y2 - y1) * (x - x1) / (x2 - x1)
      assert(math.abs(drawn - y) < 1.0 / 200, s"at $x")
    }
    // The steep end: the last hundredth of the products has more than 40 of the points.
    assert(curve.count(_._1 > 0.99) > 40)
  }

  test("a power law of exponent 2.5 from degree 4 on is found, although half of the vertices do not follow it") {
    val random = new scala.util.Random(1)
    // Clauset, Shalizi, Newman, appendix D.
    val tail = Seq.fill(20000)(math.floor(3.5 * math.pow(1 - random.nextDouble(), -1 / 1.5) + 0.5).toInt)
    val counts = (tail ++ Seq.fill(20000)(1 + random.nextInt(4))).groupMapReduce(identity)(_ => 1L)(_ + _)
    val fit = PowerLaw.fit(counts).get
    assert(math.abs(fit.exponent - 2.5) < 0.1 && fit.from >= 4 && fit.from <= 8)
    assert(fit.vertices === counts.filter(_._1 >= fit.from).values.sum)
  }

  test("there is no tail with fewer than fifty vertices, or with a single degree") {
    assert(PowerLaw.fit(Seq((1, 20L), (2, 20L))) === None)
    assert(PowerLaw.fit(Seq((3, 1000L))) === None)
    assert(PowerLaw.fit(Nil) === None)
  }

  test("zeta(2) from 1 on is pi² / 6") {
    assert(math.abs(PowerLaw.zeta(2, 1) - math.Pi * math.Pi / 6) < 1e-8)
  }

  test("sales over time: a bucket is the smallest number of hours that divides a day, or of days, with at most 400 buckets") {
    val hour = 3600000L
    assert(SalesOverTime.width(0, 10 * hour) === hour)
    assert(SalesOverTime.width(0, 400 * hour - 1) === hour)
    assert(SalesOverTime.width(0, 400 * hour) === 2 * hour)
    // 799 hours, but they overlap 401 buckets of two hours.
    assert(SalesOverTime.width(hour, 800 * hour) === 3 * hour)
    // A year has buckets of a day, not of 22 hours; twenty years have buckets of 19 days.
    assert(SalesOverTime.width(0, 365 * 24 * hour) === 24 * hour)
    assert(SalesOverTime.width(0, 20 * 365 * 24 * hour) === 19 * 24 * hour)
  }
}
