package cartograph.graph

import org.apache.spark.rdd.RDD

/** Numbers of vertices and edges of the graph, and for each kind of edge the number that cross communities. */
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

  /** Counts the edges of every kind. One tally per kind and partition reaches the driver. */
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
    def tallyOf(kind: LinkKind): CrossingTally = byKind(kind.order)
    GraphCounts(
      users = totals.users,
      products = totals.products,
      bought = tallyOf(LinkKind.Bought).edges,
      recommendedAny = tallyOf(LinkKind.RecommendedAny).edges,
      recommendedNew = tallyOf(LinkKind.RecommendedNew).edges,
      similar = similar.edges,
      crossingsBought = tallyOf(LinkKind.Bought).crossings,
      crossingsAny = tallyOf(LinkKind.RecommendedAny).crossings,
      crossingsNew = tallyOf(LinkKind.RecommendedNew).crossings,
      crossingsSimilar = similar.crossings
    )
  }

  /** One tally per kind of link, by its `order`. */
  private def noTallies: Array[CrossingTally] = LinkKind.all.map(_ => new CrossingTally).toArray
}
