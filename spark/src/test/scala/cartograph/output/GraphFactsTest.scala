package cartograph.output

import org.scalatest.funsuite.AnyFunSuite

import cartograph.graph.{Communities, Crossings, GraphCounts, PowerLaw}

class GraphFactsTest extends AnyFunSuite {

  test("Gini: 0 where all products stand in as many lists, near 1 where one has all, and by hand between") {
    assert(GraphFacts.gini(Array((7, 4L))) === 0.0)
    assert(math.abs(GraphFacts.gini(Array((0, 99L), (100, 1L))) - 0.99) < 1e-12)
    // 1, 2 and 3 lists: mean difference 8/9, mean 2.
    assert(math.abs(GraphFacts.gini(Array((1, 1L), (2, 1L), (3, 1L))) - 2.0 / 9) < 1e-12)
  }

  test("edges that cross communities, and how many would by chance, by hand; ends without a community do not count") {
    val (one, other) = (new GraphCounts.Tally, new GraphCounts.Tally)
    Seq(0 -> 0, 0 -> 0, 0 -> 1).foreach { case (from, to) => one.add(from, to) }
    Seq(1 -> 1, 1 -> Communities.Without, Communities.Without -> 0).foreach { case (from, to) => other.add(from, to) }
    val sum = one + other
    // Of four, three begin in 0 and one in 1, two end in each: (3 * 2 + 1 * 2) / 4 = 2 stay by chance.
    assert((sum.edges, sum.crossings) === ((6L, Crossings(edges = 4, crossing = 1, byChance = 2))))
    assert(new GraphCounts.Tally().crossings === Crossings(0, 0, 0))
  }

  test("half of the recommendations go to the fewest products that take it, by hand") {
    // 10 lists: one product with four, then one of the two with two.
    assert(GraphFacts.half(Array((1, 2L), (2, 2L), (4, 1L))) === ((2L, 6L)))
    assert(GraphFacts.half(Array((1, 4L))) === ((2L, 2L)))
    assert(GraphFacts.half(Array((0, 9L), (5, 1L))) === ((1L, 5L)))
    // 7 lists: three are less than half.
    assert(GraphFacts.half(Array((1, 4L), (3, 1L))) === ((2L, 4L)))
  }

  test("the Lorenz curve goes from (0, 0) to (1, 1): half of four products with one list each of ten, the rest with four") {
    assert(GraphFacts.lorenz(Array((1, 2L), (4, 2L))) === Seq((0.0, 0.0), (0.5, 0.2), (1.0, 1.0)))
    assert(GraphFacts.lorenz(Array((0, 5L))) === Seq((0.0, 0.0), (1.0, 1.0)))
    assert(GraphFacts.lorenz(Array.empty) === Seq((0.0, 0.0), (1.0, 1.0)))
  }

  test(
    "the Lorenz curve of a shop with a steep head is nowhere further than 1/200 from all of its bends, in at most 402 points"
  ) {
    // The thousandth product stands in a thousandth of the lists of the first.
    val sorted = (1 to 20000).map(rank => 1000000 / rank).groupMapReduce(identity)(_ => 1L)(_ + _).toArray.sorted
    val curve = GraphFacts.lorenz(sorted)
    assert(sorted.length > 1000 && curve.size <= 402 && (curve.head, curve.last) === (((0.0, 0.0), (1.0, 1.0))))
    val (products, lists) = (sorted.map(_._2).sum.toDouble, sorted.map { case (of, count) => of * count }.sum.toDouble)
    val bends = sorted.scanLeft((0.0, 0.0)) { case ((x, y), (of, count)) => (x + count / products, y + of * count / lists) }
    bends.foreach { case (x, y) =>
      val after = math.max(1, curve.indexWhere(_._1 >= x - 1e-6))
      val ((x1, y1), (x2, y2)) = (curve(after - 1), curve(after))
      val drawn = if (x2 == x1) y2 else y1 + (y2 - y1) * (x - x1) / (x2 - x1)
      assert(math.abs(drawn - y) < 1.0 / 200, s"at $x")
    }
    // The head: the last hundredth of the products has a tenth of the points and more.
    assert(curve.count(_._1 > 0.99) > 40)
  }

  test("the tail of a planted power law of exponent 2.5 from 4 on is found, though there are as many small degrees") {
    val random = new scala.util.Random(1)
    // Clauset, Shalizi, Newman, appendix D.
    val tail = Seq.fill(20000)(math.floor(3.5 * math.pow(1 - random.nextDouble(), -1 / 1.5) + 0.5).toInt)
    val counts = (tail ++ Seq.fill(20000)(1 + random.nextInt(4))).groupMapReduce(identity)(_ => 1L)(_ + _)
    val fit = PowerLaw.fit(counts).get
    assert(math.abs(fit.exponent - 2.5) < 0.1 && fit.from >= 4 && fit.from <= 8)
    assert(fit.vertices === counts.filter(_._1 >= fit.from).values.sum)
  }

  test("fewer than fifty vertices, or one degree, have no tail") {
    assert(PowerLaw.fit(Seq((1, 20L), (2, 20L))) === None)
    assert(PowerLaw.fit(Seq((3, 1000L))) === None)
    assert(PowerLaw.fit(Nil) === None)
  }

  test("zeta of 2 from 1 on is pi squared sixths") {
    assert(math.abs(PowerLaw.zeta(2, 1) - math.Pi * math.Pi / 6) < 1e-8)
  }

  test(
    "sales by time: as few hours, of those that divide a day, or days as make at most 400 buckets at whole multiples of their width"
  ) {
    val hour = 3600000L
    assert(SalesOverTime.width(0, 10 * hour) === hour)
    assert(SalesOverTime.width(0, 400 * hour - 1) === hour)
    assert(SalesOverTime.width(0, 400 * hour) === 2 * hour)
    // 799 hours, but they touch 401 buckets of two hours.
    assert(SalesOverTime.width(hour, 800 * hour) === 3 * hour)
    // A year is drawn by days, not by 22 hours; twenty years by 19 days.
    assert(SalesOverTime.width(0, 365 * 24 * hour) === 24 * hour)
    assert(SalesOverTime.width(0, 20 * 365 * 24 * hour) === 19 * 24 * hour)
  }
}
