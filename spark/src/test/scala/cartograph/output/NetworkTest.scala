package cartograph.output

import cartograph.SparkSuite
import cartograph.graph.{Bought, Link, LinkKind, SalesGraph, SimilarEdge}
import cartograph.sales.Product

/** A shop of three users and twelve products: everybody bought four, is recommended all, and all are alike. */
class NetworkTest extends SparkSuite {
  private val products = (0 until 12).map(n => Product(n, s"p$n", None, 3))
  private val links = for {
    user <- 0 until 3
    (kind, many) <- Seq(LinkKind.Bought -> 4, LinkKind.RecommendedAny -> 12, LinkKind.RecommendedNew -> 8)
    at <- 0 until many
  } yield {
    val bought = if (kind == LinkKind.Bought) Bought(1 + at, at.toLong, at.toLong) else Bought.Never
    Link(user, s"u$user", 0, products(at), 0, kind, if (kind == LinkKind.Bought) 0 else 1 + at, 1.0 / (1 + at), bought)
  }
  private val similar =
    (for (source <- 0 until 12; rank <- 1 to 10) yield SimilarEdge(source, (source + rank) % 12, rank, 1.0 / rank)).toArray
  private val all = (0 until 3).map(SalesGraph.userVertex).toArray ++ (0 until 12).map(SalesGraph.productVertex)

  private def between(vertices: Array[Long], room: Int, partitions: Int = 2) =
    Network.between(vertices, sc.parallelize(links, partitions), similar, room)
  private def ofEachKind(room: Int): Seq[Int] = {
    val edges = between(all, room)
    (0 to 2).map(kind => edges.count(_.kind == kind))
  }

  test("where there is room for all, all edges are shown but those of list new") {
    assert(ofEachKind(1000) === Seq(12, 36, 120))
  }

  test("each kind gets a third of the room; what one does not need the others share") {
    assert(ofEachKind(30) === Seq(10, 10, 10))
    assert(ofEachKind(60) === Seq(12, 24, 24))
    assert(ofEachKind(120) === Seq(12, 36, 72))
    assert(Network.quotas(Seq(0, 100, 0), 50) === Seq(0, 50, 0))
    // What cannot be shared goes to the first of those that want most.
    assert(Network.quotas(Seq(9, 9, 9), 10) === Seq(4, 3, 3))
  }

  test("of a kind the strongest are shown: what was bought most often, the best ranks") {
    val edges = between(all, 12)
    assert(edges.filter(_.kind == 0).map(_.strength).toSeq === Seq(4.0, 4.0, 4.0, 3.0))
    assert(edges.filter(_.kind == 1).map(_.place).toSeq === Seq(1, 1, 1, 2))
    assert(edges.filter(_.kind == 2).map(_.place).toSeq === Seq(1, 1, 1, 1))
  }

  test("only edges between the vertices are shown, and the same whatever the partitions") {
    val some = all.take(5)
    assert(between(some, 1000).forall(edge => some.contains(edge.source) && some.contains(edge.target)))
    assert(between(some.reverse, 20, partitions = 3).toSeq === between(some, 20, partitions = 1).toSeq)
  }
}
