package cartograph.graph

import org.scalatest.funsuite.AnyFunSuite

class LouvainTest extends AnyFunSuite {

  test("two triangles with one edge between them are two communities, of modularity 6/7 - 1/2") {
    val found = Louvain.communities(6, Seq((0, 1, 1L), (1, 2, 1L), (0, 2, 1L), (2, 3, 1L), (3, 4, 1L), (4, 5, 1L), (3, 5, 1L)))
    assert(found.of.toSeq === Seq(0, 0, 0, 1, 1, 1))
    assert(math.abs(found.modularity - (6.0 / 7 - 0.5)) < 1e-12)
  }

  test("communities are numbered in the order of their first vertices; a vertex without an edge has none") {
    assert(Louvain.communities(5, Seq((0, 3, 2L), (2, 4, 2L))).of.toSeq === Seq(0, -1, 1, 0, 1))
  }

  test("of two equally good communities the one of the smaller number is joined") {
    // A path of five: the middle one could go either way.
    val path = Louvain.communities(5, Seq((0, 1, 1L), (1, 2, 1L), (2, 3, 1L), (3, 4, 1L)))
    assert(path.of.toSeq === Seq(0, 0, 0, 1, 1))
  }

  test("nothing is no community, and its modularity is a number") {
    assert(Louvain.communities(0, Nil).of.isEmpty)
    assert(Louvain.communities(3, Nil).of.toSeq === Seq(-1, -1, -1))
    assert(Louvain.communities(3, Nil).modularity === 0.0)
  }

  test("planted groups are found, in whatever order the edges are told, and the modularity is the one of the definition") {
    val random = new scala.util.Random(3)
    val edges = Seq.fill(8000)((random.nextInt(120), random.nextInt(120))).filter { case (a, b) => a < b }
      .map { case (a, b) => (a, b, if (a % 4 == b % 4) 20L else 1L) }
    val found = Louvain.communities(120, edges)
    assert(found.of.toSeq === Louvain.communities(
      120,
      random.shuffle(edges).map { case (a, b, weight) => (b, a, weight) }
    ).of.toSeq)
    assert((0 until 120).forall(vertex => found.of(vertex) == vertex % 4))
    assert(math.abs(found.modularity - modularity(edges, found.of)) < 1e-9)
  }

  test("as many products as Similar knows are no burden: twenty thousand vertices in seconds") {
    val random = new scala.util.Random(9)
    val edges = Seq.fill(160000) {
      val source = random.nextInt(16384)
      (source, (source / 64 * 64 + random.nextInt(80)) % 16384, 1L + random.nextInt(1000))
    }.filter { case (a, b, _) => a != b }
    val start = System.nanoTime()
    val found = Louvain.communities(16384, edges)
    info(f"${(System.nanoTime() - start) / 1e9}%.1f s, ${found.of.max + 1} communities, modularity ${found.modularity}%.3f")
    assert(found.modularity > 0.8)
  }

  private def modularity(edges: Seq[(Int, Int, Long)], of: Array[Int]): Double = {
    val total = 2.0 * edges.map(_._3).sum
    val degrees = edges.flatMap { case (a, b, weight) => Seq(a -> weight, b -> weight) }.groupMapReduce(_._1)(_._2)(_ + _)
    val inside = edges.collect { case (a, b, weight) if of(a) == of(b) => 2 * weight }.sum / total
    inside - degrees.groupMapReduce { case (vertex, _) => of(vertex) }(_._2)(_ + _).values.map(sum =>
      math.pow(sum / total, 2)
    ).sum
  }
}
