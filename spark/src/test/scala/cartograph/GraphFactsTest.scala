package cartograph

import org.scalatest.funsuite.AnyFunSuite

class GraphFactsTest extends AnyFunSuite {

  test("Gini: 0 where all products stand in as many lists, near 1 where one has all, and by hand between") {
    assert(GraphFacts.gini(Array((7, 4L))) === 0.0)
    assert(math.abs(GraphFacts.gini(Array((0, 99L), (100, 1L))) - 0.99) < 1e-12)
    // 1, 2 and 3 lists: mean difference 8/9, mean 2.
    assert(math.abs(GraphFacts.gini(Array((1, 1L), (2, 1L), (3, 1L))) - 2.0 / 9) < 1e-12)
  }

  test("the Lorenz curve goes from (0, 0) to (1, 1): half of four products with one list each of ten, the rest with four") {
    val curve = GraphFacts.lorenz(Array((1, 2L), (4, 2L)))
    assert(curve.size === 101)
    assert((curve.head, curve(25), curve(50), curve.last) === (((0.0, 0.0), (0.25, 0.1), (0.5, 0.2), (1.0, 1.0))))
    assert(GraphFacts.lorenz(Array((0, 5L))) === Seq((0.0, 0.0), (1.0, 1.0)))
    assert(GraphFacts.lorenz(Array.empty) === Seq((0.0, 0.0), (1.0, 1.0)))
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

  test("sales by time: as few hours as make at most 400 buckets at whole multiples of their width") {
    val hour = 3600000L
    assert(SalesOverTime.width(0, 10 * hour) === hour)
    assert(SalesOverTime.width(0, 400 * hour - 1) === hour)
    assert(SalesOverTime.width(0, 400 * hour) === 2 * hour)
    // 799 hours, but they touch 401 buckets of two hours.
    assert(SalesOverTime.width(hour, 800 * hour) === 3 * hour)
  }
}
