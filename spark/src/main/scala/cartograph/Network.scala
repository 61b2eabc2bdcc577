package cartograph

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import Documents.{arr, obj}

/** `summary/network.json`: the graph to walk through; see Network in lambdas/shared/summaries.ts. */
object Network {
  private val MaxVertices = 20000
  private val MaxEdges = 60000
  /** What a person follows first: the best recommendations and the closest products. */
  private val FirstRecommended = 5
  private val FirstSimilar = 3

  private val Bought = 0
  private val Recommended = 1
  private val Similar = 2

  /**
   * An edge that may be shown; those of a smaller group, then of a smaller place, are shown rather.
   *
   * @param strength score, or how often it was bought
   */
  private final case class Drawn(group: Int, place: Long, newest: Long, source: Long, target: Long, kind: Int, strength: Double)

  private object Drawn {
    /** By hand: every edge of the graph is compared. */
    val ordering: Ordering[Drawn] = (a, b) => {
      val byGroup = Integer.compare(a.group, b.group)
      if (byGroup != 0) byGroup
      else {
        val byPlace = java.lang.Long.compare(a.place, b.place)
        if (byPlace != 0) byPlace
        else {
          val byTime = java.lang.Long.compare(b.newest, a.newest)
          if (byTime != 0) byTime
          else if (a.source != b.source) java.lang.Long.compare(a.source, b.source)
          else java.lang.Long.compare(a.target, b.target)
        }
      }
    }
  }

  /**
   * Vertices by degree; where there are too many, half of them products and half users, unless one kind needs less. Of the
   * edges between those, in this order, as many as there is room for: recommended (list `any`) to rank 5; similar to rank 3;
   * bought, most often first; then the other similar and the other recommended ones. Vertices without such an edge are
   * left out.
   */
  def document(vertices: RDD[Vertex], links: RDD[Link], table: NeighbourTable, counts: GraphCounts): JsonNode = {
    val candidates = ofHighestDegree(vertices, counts)
    val chosen = vertices.sparkContext.broadcast(candidates.map(_.facts.number).sorted)
    val similar = table.similar.toSeq.map(drawn)
    val edges = (links.filter(_.kind != LinkKind.RecommendedNew).map(drawn) ++ links.sparkContext.parallelize(similar, 1))
      .filter(edge => java.util.Arrays.binarySearch(chosen.value, edge.source) >= 0 && java.util.Arrays.binarySearch(chosen.value, edge.target) >= 0)
      .takeOrdered(MaxEdges)(Drawn.ordering)
    val ends = edges.iterator.flatMap(edge => Iterator(edge.source, edge.target)).toSet
    val shown = candidates.filter(vertex => ends.contains(vertex.facts.number))
    val places = shown.iterator.map(_.facts.number).zipWithIndex.toMap
    obj(
      "vertices" -> verticesNode(shown),
      "edges" -> edgesNode(edges, places),
      "chosen" -> sentence(counts, shown.length.toLong, edges.length.toLong),
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

  private def drawn(link: Link): Drawn = {
    val (source, target) = (SalesGraph.userVertex(link.user), SalesGraph.productVertex(link.product.number))
    if (link.kind == LinkKind.Bought)
      Drawn(2, -link.bought.count.toLong, link.bought.lastMs, source, target, Bought, link.bought.count.toDouble)
    else Drawn(if (link.rank <= FirstRecommended) 0 else 4, link.rank.toLong, 0, source, target, Recommended, link.score)
  }

  private def drawn(edge: SimilarEdge): Drawn = {
    val (source, target) = (SalesGraph.productVertex(edge.source), SalesGraph.productVertex(edge.target))
    Drawn(if (edge.rank <= FirstSimilar) 1 else 3, edge.rank.toLong, 0, source, target, Similar, edge.score)
  }

  private def sentence(counts: GraphCounts, vertices: Long, edges: Long): String = {
    val who =
      if (vertices == counts.vertices) s"All ${GraphCounts.told(vertices)} users and products"
      else s"${GraphCounts.told(vertices)} of ${GraphCounts.told(counts.vertices)} users and products, those with most edges"
    val what =
      if (edges == counts.edges - counts.recommendedNew) "all their edges"
      else s"${GraphCounts.told(edges)} of ${GraphCounts.told(counts.edges)} edges: of the $FirstRecommended best recommendations of each user, then of the $FirstSimilar products " +
        "most similar to each, then of the purchases, most often bought first, as many as there is room for"
    s"$who; $what; list new is left out"
  }

  private def verticesNode(shown: Array[Vertex]): JsonNode = obj(
    "ids" -> arr(shown.map(_.typedId)),
    "labels" -> arr(shown.map(_.label)),
    "communities" -> arr(shown.map(_.community.getOrElse(Communities.Without))),
    "degrees" -> arr(shown.map(_.degree)),
    "sales" -> arr(shown.map(_.dealings.sales))
  )

  /** Strengths relative to the strongest of the kind; a score below 0 is none. */
  private def edgesNode(edges: Array[Drawn], places: Map[Long, Int]): JsonNode = {
    val strongest = edges.groupMapReduce(_.kind)(_.strength)((a, b) => math.max(a, b))
    def strength(edge: Drawn): Double =
      if (edge.strength <= 0) 0 else math.round(edge.strength / strongest(edge.kind) * 1000) / 1000.0
    obj(
      "sources" -> arr(edges.map(edge => places(edge.source))),
      "targets" -> arr(edges.map(edge => places(edge.target))),
      "kinds" -> arr(edges.map(_.kind)),
      "strengths" -> arr(edges.map(strength))
    )
  }
}
