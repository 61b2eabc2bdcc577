package cartograph.output

import cartograph.SparkSuite
import cartograph.graph.{Bought, Link, LinkKind, SalesGraph, SimilarEdge}
import cartograph.sales.Product

/** A shop of three users and twelve products: each user bought four and is recommended all, and all products are similar. */
class NetworkTest extends SparkSuite {
  private val products = (0 until 12).map(n => Product(n, s"p$n", None, 3))
  private val links = for {
    user <- 0 until 3
    (kind, count) <- Seq(LinkKind.Bought -> 4, LinkKind.RecommendedAny -> 12, LinkKind.RecommendedNew -> 8)
    index <- 0 until count
  } yield Link(
    user = user,
    userId = s"u$user",
    userCommunity = 0,
    product = products(index),
    productCommunity = 0,
    kind = kind,
    rank = if (kind == LinkKind.Bought) 0 else 1 + index,
    score = 1.0 / (1 + index),
    bought = if (kind == LinkKind.Bought) Bought(1 + index, index.toLong, index.toLong) else Bought.Never
  )
  private val similar =
    (for (source <- 0 until 12; rank <- 1 to 10) yield SimilarEdge(source, (source + rank) % 12, rank, 1.0 / rank)).toArray
  private val all = (0 until 3).map(SalesGraph.userVertex).toArray ++ (0 until 12).map(SalesGraph.productVertex)

  private def between(vertices: Array[Long], room: Int, partitions: Int = 2) =
    NetworkEdges.between(vertices, sc.parallelize(links, partitions), similar, room)
  private def ofEachKind(room: Int): Seq[Int] = {
    val edges = between(all, room)
    (0 to 2).map(kind => edges.count(_.kind == kind))
  }

  test("if there is room, all edges are chosen except those of the list new") {
    assert(ofEachKind(1000) === Seq(12, 36, 120))
  }

  test("each kind gets a third of the room, and the others share what one does not need") {
    assert(ofEachKind(30) === Seq(10, 10, 10))
    assert(ofEachKind(60) === Seq(12, 24, 24))
    assert(ofEachKind(120) === Seq(12, 36, 72))
    assert(NetworkEdges.quotas(Seq(0, 100, 0), 50) === Seq(0, 50, 0))
    // The rest of a division goes to the first of those that want most.
    assert(NetworkEdges.quotas(Seq(9, 9, 9), 10) === Seq(4, 3, 3))
  }

  test("the strongest edges of a kind are chosen: most purchases, best ranks") {
    val edges = between(all, 12)
    assert(edges.filter(_.kind == 0).map(_.strength).toSeq === Seq(4.0, 4.0, 4.0, 3.0))
    assert(edges.filter(_.kind == 1).map(_.place).toSeq === Seq(1, 1, 1, 2))
    assert(edges.filter(_.kind == 2).map(_.place).toSeq === Seq(1, 1, 1, 1))
  }

  test("only edges between the vertices are chosen, the same ones for any partitioning") {
    val some = all.take(5)
    assert(between(some, 1000).forall(edge => some.contains(edge.source) && some.contains(edge.target)))
    assert(between(some.reverse, 20, partitions = 3).toSeq === between(some, 20, partitions = 1).toSeq)
  }
}
