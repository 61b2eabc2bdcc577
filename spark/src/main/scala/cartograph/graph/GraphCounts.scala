package cartograph.graph

import org.apache.spark.rdd.RDD

/** Numbers of vertices and edges of the graph, and for each kind of edge how many cross communities. */
final case class GraphCounts(
    users: Long,
    products: Long,
    bought: Long,
    recommendedAny: Long,
    recommendedNew: Long,
    similar: Long,
    crossingsBought: Crossings,
    crossingsAny: Crossings,
    crossingsNew: Crossings,
    crossingsSimilar: Crossings
) {
  def vertices: Long = users + products
  def recommended: Long = recommendedAny + recommendedNew
  def edges: Long = bought + recommended + similar
}

object GraphCounts {

  def of(totals: VertexTotals, links: RDD[Link], table: NeighbourTable, communities: Communities): GraphCounts = {
    val byKind = links.mapPartitions { part =>
      val tallies = noTallies
      part.foreach(link => tallies(link.kind.order).add(link.userCommunity, link.productCommunity))
      Iterator.single(tallies)
    }.fold(noTallies)((a, b) => a.zip(b).map { case (x, y) => x + y })
    val similar = new CrossingTally
    table.similar.foreach { edge =>
      def communityOf(product: Int): Int = communities.similarProducts(table.placeOf(product))
      similar.add(communityOf(edge.source), communityOf(edge.target))
    }
    def of(kind: LinkKind): CrossingTally = byKind(kind.order)
    GraphCounts(
      users = totals.users,
      products = totals.products,
      bought = of(LinkKind.Bought).edges,
      recommendedAny = of(LinkKind.RecommendedAny).edges,
      recommendedNew = of(LinkKind.RecommendedNew).edges,
      similar = similar.edges,
      crossingsBought = of(LinkKind.Bought).crossings,
      crossingsAny = of(LinkKind.RecommendedAny).crossings,
      crossingsNew = of(LinkKind.RecommendedNew).crossings,
      crossingsSimilar = similar.crossings
    )
  }

  /** One tally per kind of link, by its `order`. */
  private def noTallies: Array[CrossingTally] = LinkKind.all.map(_ => new CrossingTally).toArray
}
