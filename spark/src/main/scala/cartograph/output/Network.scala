package cartograph.output

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.graph.{Communities, GraphCounts, Link, LinkKind, NeighbourTable, SalesGraph, SimilarEdge, Vertex}
import cartograph.platform.Documents.{arr, obj}

/** `summary/network.json`: the graph to walk through; see Network in lambdas/shared/contract/summaries.ts. */
object Network {
  private val MaxVertices = 20000
  private val MaxEdges = 60000

  private val Bought = 0
  private val Recommended = 1
  private val Similar = 2

  /**
   * An edge that may be shown; of a kind those of a smaller place are shown rather.
   *
   * @param place    rank; of what was bought the more often, the smaller
   * @param strength score, or how often it was bought
   */
  private[cartograph] final case class Drawn(place: Long, newest: Long, source: Long, target: Long, kind: Int, strength: Double)

  private object Drawn {
    /** By hand: every edge of the graph is compared. */
    val ordering: Ordering[Drawn] = (a, b) => {
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

  /**
   * Vertices by degree; where there are too many, half of them products and half users, unless one kind needs less. Between
   * those the edges of [[between]]. Vertices without such an edge are left out.
   */
  def document(vertices: RDD[Vertex], links: RDD[Link], table: NeighbourTable, counts: GraphCounts): JsonNode = {
    val candidates = ofHighestDegree(vertices, counts)
    val edges = between(candidates.map(_.facts.number), links, table.similar, MaxEdges)
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

  /**
   * The edges between some vertices, by kind: bought, most often first and of those the newest; recommended (list `any`) and
   * similar, best ranks first. Where there is not room for all, each kind gets a third of it; what one does not need the
   * others share.
   *
   * @param vertices their numbers, in any order
   */
  private[cartograph] def between(
      vertices: Array[Long],
      links: RDD[Link],
      similar: Array[SimilarEdge],
      room: Int
  ): Array[Drawn] = {
    val chosen = vertices.sorted
    val known = links.sparkContext.broadcast(chosen)
    def first(kind: LinkKind): Array[Drawn] = links
      .filter(_.kind == kind)
      .map(drawn)
      .filter(edge => isBetween(known.value, edge))
      .takeOrdered(room)(Drawn.ordering)
    val byKind = Seq(
      first(LinkKind.Bought),
      first(LinkKind.RecommendedAny),
      similar.map(drawn).filter(isBetween(chosen, _)).sorted(Drawn.ordering)
    )
    byKind.zip(quotas(byKind.map(_.length), room)).flatMap { case (edges, quota) => edges.take(quota) }.toArray
  }

  private def isBetween(chosen: Array[Long], edge: Drawn): Boolean =
    java.util.Arrays.binarySearch(chosen, edge.source) >= 0 && java.util.Arrays.binarySearch(chosen, edge.target) >= 0

  /** How many of each there is room for: those that want less than an equal share get it, the others share what is left. */
  private[cartograph] def quotas(wanted: Seq[Int], room: Int): Seq[Int] = {
    val fewestFirst = wanted.indices.sortBy(at => (wanted(at), -at))
    val (given, _) = fewestFirst.foldLeft((Map.empty[Int, Int], room)) { case ((given, left), at) =>
      val own = math.min(wanted(at), left / (wanted.size - given.size))
      (given.updated(at, own), left - own)
    }
    wanted.indices.map(given)
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
      Drawn(-link.bought.count.toLong, link.bought.lastMs, source, target, Bought, link.bought.count.toDouble)
    else Drawn(link.rank.toLong, 0, source, target, Recommended, link.score)
  }

  private def drawn(edge: SimilarEdge): Drawn =
    Drawn(edge.rank.toLong, 0, SalesGraph.productVertex(edge.source), SalesGraph.productVertex(edge.target), Similar, edge.score)

  private def sentence(counts: GraphCounts, vertices: Long, edges: Array[Drawn]): String = {
    val who =
      if (vertices == counts.vertices) s"All ${GraphCounts.told(vertices)} users and products"
      else s"${GraphCounts.told(vertices)} of ${GraphCounts.told(counts.vertices)} users and products, those with most edges"
    def of(kind: Int, all: Long): String = {
      val shown = edges.count(_.kind == kind).toLong
      if (shown == all) s"all ${GraphCounts.told(all)}" else s"${GraphCounts.told(shown)} of ${GraphCounts.told(all)}"
    }
    val what =
      if (edges.length == counts.edges - counts.recommendedNew) "all their edges"
      else s"${of(Bought, counts.bought)} purchases, most often bought first, " +
        s"${of(Recommended, counts.recommendedAny)} recommendations and ${of(Similar, counts.similar)} similar products, best ranks first"
    s"$who; $what; list new is left out"
  }

  private def verticesNode(shown: Array[Vertex]): JsonNode = obj(
    "ids" -> arr(shown.map(_.typedId)),
    "labels" -> arr(shown.map(_.label)),
    "communities" -> arr(shown.map(_.community.getOrElse(Communities.Without))),
    "degrees" -> arr(shown.map(_.degree)),
    "sales" -> arr(shown.map(_.activity.sales))
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
