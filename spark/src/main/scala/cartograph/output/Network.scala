package cartograph.output

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.graph.{Communities, GraphCounts, NeighbourTable, RunGraph, Vertex}
import cartograph.platform.Documents.{arr, obj}
import cartograph.platform.Numbers.grouped

/** `summary/network.json`: the interactive graph; see Network in lambdas/shared/contract/summaries.ts. */
object Network {
  private val MaxVertices = 20000
  private val MaxEdges = 60000

  /**
   * Returns the document: the vertices with the highest degrees, and the edges of [[NetworkEdges.between]] between them. If there
   * are too many vertices, half of them are products and half users, unless one kind has fewer. Vertices without a chosen edge
   * are left out.
   */
  def document(graph: RunGraph, table: NeighbourTable): JsonNode = {
    val counts = graph.counts
    val candidates = ofHighestDegree(graph.vertices, counts)
    val edges = NetworkEdges.between(candidates.map(_.facts.number), graph.links, table.similar, MaxEdges)
    val ends = edges.iterator.flatMap(edge => Iterator(edge.source, edge.target)).toSet
    val shown = candidates.filter(vertex => ends.contains(vertex.facts.number))
    val places = shown.iterator.map(_.facts.number).zipWithIndex.toMap
    obj(
      "vertices" -> verticesNode(shown),
      "edges" -> edgesNode(edges, places),
      "chosen" -> sentence(counts, shown.length.toLong, edges),
      "leftOut" -> obj("vertices" -> (counts.vertices - shown.length), "edges" -> (counts.edges - edges.length))
    )
  }

  private def ofHighestDegree(vertices: RDD[Vertex], counts: GraphCounts): Array[Vertex] = {
    val half = MaxVertices / 2L
    val products = math.min(counts.products, math.max(half, MaxVertices - counts.users)).toInt
    val users = math.min(counts.users, MaxVertices.toLong - products).toInt
    val order = Ordering.by[Vertex, (Int, Int)](vertex => (-vertex.degree, vertex.number))
    def top(isUser: Boolean, count: Int): Array[Vertex] =
      if (count == 0) Array.empty else vertices.filter(_.isUser == isUser).takeOrdered(count)(order)
    top(isUser = false, products) ++ top(isUser = true, users)
  }

  /** Describes the choice for readers of the page. */
  private def sentence(counts: GraphCounts, shownVertices: Long, edges: Array[NetworkEdge]): String = {
    val vertices =
      if (shownVertices == counts.vertices) s"All ${grouped(shownVertices)} users and products"
      else s"${grouped(shownVertices)} of ${grouped(counts.vertices)} users and products, those with most edges"
    def share(kind: Int, all: Long): String = {
      val shown = edges.count(_.kind == kind).toLong
      if (shown == all) s"all ${grouped(all)}" else s"${grouped(shown)} of ${grouped(all)}"
    }
    val shownEdges =
      if (edges.length == counts.edges - counts.recommendedNew) "all their edges"
      else s"${share(NetworkEdges.Bought, counts.bought)} purchases, most often bought first, " +
        s"${share(NetworkEdges.Recommended, counts.recommendedAny)} recommendations and " +
        s"${share(NetworkEdges.Similar, counts.similar)} similar products, best ranks first"
    s"$vertices; $shownEdges; Discoveries are left out"
  }

  private def verticesNode(shown: Array[Vertex]): JsonNode = obj(
    "ids" -> arr(shown.map(_.typedId)),
    "labels" -> arr(shown.map(_.label)),
    "communities" -> arr(shown.map(_.community.getOrElse(Communities.NoCommunity))),
    "degrees" -> arr(shown.map(_.degree)),
    "sales" -> arr(shown.map(_.activity.sales))
  )

  /**
   * The edges by column, with strengths relative to the strongest edge of the kind. Strengths below 0 become 0.
   *
   * @param places index of each vertex by its number
   */
  private def edgesNode(edges: Array[NetworkEdge], places: Map[Long, Int]): JsonNode = {
    val strongest = edges.groupMapReduce(_.kind)(_.strength)((a, b) => math.max(a, b))
    def strength(edge: NetworkEdge): Double =
      if (edge.strength <= 0) 0 else math.round(edge.strength / strongest(edge.kind) * 1000) / 1000.0
    obj(
      "sources" -> arr(edges.map(edge => places(edge.source))),
      "targets" -> arr(edges.map(edge => places(edge.target))),
      "kinds" -> arr(edges.map(_.kind)),
      "strengths" -> arr(edges.map(strength))
    )
  }
}
