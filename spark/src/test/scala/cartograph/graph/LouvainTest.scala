package cartograph.graph

import org.scalatest.funsuite.AnyFunSuite

class LouvainTest extends AnyFunSuite {

  test("two triangles with one edge between them are two communities, and the modularity is 6/7 - 1/2") {
    val found = Louvain.communities(6, Seq((0, 1, 1L), (1, 2, 1L), (0, 2, 1L), (2, 3, 1L), (3, 4, 1L), (4, 5, 1L), (3, 5, 1L)))
    assert(found.communities.toSeq === Seq(0, 0, 0, 1, 1, 1))
    assert(math.abs(found.modularity - (6.0 / 7 - 0.5)) < 1e-12)
  }

  test("communities are numbered in the order of their first vertices; a vertex without an edge has none") {
    assert(Louvain.communities(5, Seq((0, 3, 2L), (2, 4, 2L))).communities.toSeq === Seq(0, -1, 1, 0, 1))
  }

  test("of two equally good communities, a vertex joins the one with the smaller number") {
    // In a path of five, the middle vertex could join either side.
    val path = Louvain.communities(5, Seq((0, 1, 1L), (1, 2, 1L), (2, 3, 1L), (3, 4, 1L)))
    assert(path.communities.toSeq === Seq(0, 0, 0, 1, 1))
  }

  test("a graph without edges has no communities, and its modularity is 0") {
    assert(Louvain.communities(0, Nil).communities.isEmpty)
    assert(Louvain.communities(3, Nil).communities.toSeq === Seq(-1, -1, -1))
    assert(Louvain.communities(3, Nil).modularity === 0.0)
  }

  test("planted groups are found for any order of edges, and the modularity matches its definition") {
    val random = new scala.util.Random(3)
    val edges = Seq.fill(8000)((random.nextInt(120), random.nextInt(120))).filter { case (a, b) => a < b }
      .map { case (a, b) => (a, b, if (a % 4 == b % 4) 20L else 1L) }
    val found = Louvain.communities(120, edges)
    val turned = Louvain.communities(120, random.shuffle(edges).map { case (a, b, weight) => (b, a, weight) })
    assert(found.communities.toSeq === turned.communities.toSeq)
    assert((0 until 120).forall(vertex => found.communities(vertex) == vertex % 4))
    assert(math.abs(found.modularity - modularity(edges, found.communities)) < 1e-9)
  }

  test("a graph of the largest size takes seconds: 16,384 products") {
    val random = new scala.util.Random(9)
    val edges = Seq.fill(160000) {
      val source = random.nextInt(16384)
      (source, (source / 64 * 64 + random.nextInt(80)) % 16384, 1L + random.nextInt(1000))
    }.filter { case (a, b, _) => a != b }
    val start = System.nanoTime()
    val found = Louvain.communities(16384, edges)
    info(
      f"${(System.nanoTime() - start) / 1e9}%.1f s, ${found.communities.max + 1} communities, modularity ${found.modularity}%.3f"
    )
    assert(found.modularity > 0.8)
  }

  private def modularity(edges: Seq[(Int, Int, Long)], communityOf: Array[Int]): Double = {
    val total = 2.0 * edges.map(_._3).sum
    val degrees = edges.flatMap { case (a, b, weight) => Seq(a -> weight, b -> weight) }.groupMapReduce(_._1)(_._2)(_ + _)
    val inside = edges.collect { case (a, b, weight) if communityOf(a) == communityOf(b) => 2 * weight }.sum / total
    inside - degrees.groupMapReduce { case (vertex, _) => communityOf(vertex) }(_._2)(_ + _).values.map(sum =>
      math.pow(sum / total, 2)
    ).sum
  }
}
