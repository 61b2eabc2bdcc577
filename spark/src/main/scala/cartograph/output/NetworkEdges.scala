package cartograph.output

import org.apache.spark.rdd.RDD

import cartograph.graph.{Link, LinkKind, SalesGraph, SimilarEdge}

/**
 * An edge of `summary/network.json`.
 *
 * @param place    order among the edges of a kind, lowest first: the rank, or minus the number of purchases
 * @param newestMs time of the last purchase, epoch ms; 0 for other kinds
 * @param source   number of a vertex
 * @param target   number of a vertex
 * @param kind     one of the constants of [[NetworkEdges]]
 * @param strength score, or the number of purchases
 */
private[cartograph] final case class NetworkEdge(
    place: Long,
    newestMs: Long,
    source: Long,
    target: Long,
    kind: Int,
    strength: Double
)

private[cartograph] object NetworkEdge {
  /** Lowest place first, then the newest. Written by hand because it compares all edges of the graph. */
  val ordering: Ordering[NetworkEdge] = (a, b) => {
    val byPlace = java.lang.Long.compare(a.place, b.place)
    if (byPlace != 0) byPlace
    else {
      val byTime = java.lang.Long.compare(b.newestMs, a.newestMs)
      if (byTime != 0) byTime
      else if (a.source != b.source) java.lang.Long.compare(a.source, b.source)
      else java.lang.Long.compare(a.target, b.target)
    }
  }
}

/** Chooses the edges of `summary/network.json`. */
private[cartograph] object NetworkEdges {
  /** The kinds as the file numbers them. */
  val Bought: Int = 0
  val Recommended: Int = 1
  val Similar: Int = 2

  /**
   * Chooses edges between vertices:
   *
   *  - bought: the most purchases first, then the newest;
   *  - recommended (list `any` only) and similar: the best ranks first.
   *
   * If there are too many, each kind gets a third of the room. Kinds that need less leave the rest to the others.
   *
   * @param vertices numbers of the vertices, in any order
   * @param room     maximum number of edges
   * @return sorted by kind, then by [[NetworkEdge.ordering]]; the same for any partitioning of `links`
   */
  def between(vertices: Array[Long], links: RDD[Link], similar: Array[SimilarEdge], room: Int): Array[NetworkEdge] = {
    val chosen = vertices.sorted
    val known = links.sparkContext.broadcast(chosen)
    def first(kind: LinkKind): Array[NetworkEdge] = links
      .filter(_.kind == kind)
      .map(edgeOf)
      .filter(edge => isBetween(known.value, edge))
      .takeOrdered(room)(NetworkEdge.ordering)
    val byKind = Seq(
      first(LinkKind.Bought),
      first(LinkKind.RecommendedAny),
      similar.map(edgeOf).filter(isBetween(chosen, _)).sorted(NetworkEdge.ordering)
    )
    byKind.zip(quotas(byKind.map(_.length), room)).flatMap { case (edges, quota) => edges.take(quota) }.toArray
  }

  private def isBetween(chosen: Array[Long], edge: NetworkEdge): Boolean =
    java.util.Arrays.binarySearch(chosen, edge.source) >= 0 && java.util.Arrays.binarySearch(chosen, edge.target) >= 0

  private def edgeOf(link: Link): NetworkEdge = {
    val isBought = link.kind == LinkKind.Bought
    NetworkEdge(
      place = if (isBought) -link.bought.count.toLong else link.rank.toLong,
      newestMs = if (isBought) link.bought.lastMs else 0,
      source = SalesGraph.userVertex(link.user),
      target = SalesGraph.productVertex(link.product.number),
      kind = if (isBought) Bought else Recommended,
      strength = if (isBought) link.bought.count.toDouble else link.score
    )
  }

  private def edgeOf(edge: SimilarEdge): NetworkEdge = NetworkEdge(
    place = edge.rank.toLong,
    newestMs = 0,
    source = SalesGraph.productVertex(edge.source),
    target = SalesGraph.productVertex(edge.target),
    kind = Similar,
    strength = edge.score
  )

  /** Divides the room: kinds that want less than an equal share get what they want, and the others share the rest equally. */
  def quotas(wanted: Seq[Int], room: Int): Seq[Int] = {
    val fewestFirst = wanted.indices.sortBy(kind => (wanted(kind), -kind))
    val (given, _) = fewestFirst.foldLeft((Map.empty[Int, Int], room)) { case ((given, left), kind) =>
      val own = math.min(wanted(kind), left / (wanted.size - given.size))
      (given.updated(kind, own), left - own)
    }
    wanted.indices.map(given)
  }
}
