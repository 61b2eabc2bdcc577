package cartograph.output

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.graph.{GraphCounts, Link, LinkKind, Links, SalesGraph, Vertex, VertexIds, VertexTotals}
import cartograph.platform.Documents.{arr, obj}

/**
 * `summary/graph.json`: the part of the recommendation graph that a still picture can show; see GraphSummary in
 * lambdas/shared/contract/summaries.ts. At most 100 vertices: products of the largest communities, and the users that connect them.
 */
object GraphSummary {
  private val Products = 30
  private val Users = 70
  private val Communities = 6
  private val UsersPerProduct = 4
  /** Edges from here on would cover the others. */
  private val LastRank = 5

  /** Edges of one user to the products shown, best first. */
  private final case class Connector(links: Seq[Link]) {
    def user: Int = links.head.user
    /** Most products, most communities, best ranks, smallest number. */
    val order: (Int, Int, Int, Int) = (-links.size, -links.map(_.community).distinct.size, links.map(_.rank).sum, user)
  }

  def document(vertices: RDD[Vertex], links: RDD[Link], counts: GraphCounts, totals: VertexTotals, components: Long): JsonNode = {
    val shownCommunities = communitiesToShow(totals)
    val products = turns(shownCommunities.map(totals.mostRecommended(_)), Products).map(_.number).toSet
    val edges = connectors(links, products).flatMap(_.links).sortBy(link => (link.user, link.rank))
    val numbers =
      edges.flatMap(link => Seq(SalesGraph.userVertex(link.user), SalesGraph.productVertex(link.product.number))).toSet
    val shown = vertices.filter(vertex => numbers.contains(vertex.facts.number)).collect().sortBy(_.typedId)
    obj(
      "vertices" -> counts.vertices,
      "edges" -> counts.edges,
      "users" -> counts.users,
      "products" -> counts.products,
      "components" -> components,
      "chosen" -> chosen(shown.count(!_.isUser), shown.count(_.isUser), shownCommunities.count(_ >= 0)),
      "shown" -> obj("vertices" -> arr(shown.map(vertexNode)), "edges" -> arr(edges.map(edgeNode)))
    )
  }

  /** The largest ones that have a recommended product; products without a community only where there is none. */
  private def communitiesToShow(totals: VertexTotals): Seq[Int] = {
    val all = totals.mostRecommended.keys.toSeq.sorted
    if (all.exists(_ >= 0)) all.filter(_ >= 0).take(Communities) else all
  }

  private def chosen(products: Int, users: Int, communities: Int): String = {
    val from = if (communities > 1) s" of the $communities largest communities" else ""
    s"The $products products$from that stand in most lists, and $users users who have most of them among their first $LastRank recommendations"
  }

  /** Of several rankings the first of each, then the second of each, until there are enough. */
  private def turns[Item](rankings: Seq[Seq[Item]], count: Int): Seq[Item] =
    (0 until rankings.map(_.size).maxOption.getOrElse(0)).flatMap(turn => rankings.flatMap(_.lift(turn))).take(count)

  /** For every product the users that connect it best; the products take turns until there are enough. */
  private def connectors(links: RDD[Link], products: Set[Int]): Seq[Connector] = {
    val best = links
      .mapPartitions(
        Links.byUser(_)
          .map(_.filter(link =>
            link.kind == LinkKind.RecommendedAny && link.rank <= LastRank && products.contains(link.product.number)
          ))
          .filter(_.nonEmpty)
          .map(Connector)
      )
      .flatMap(connector => connector.links.map(link => link.product.number -> Vector(connector)))
      .reduceByKey((a, b) => (a ++ b).sortBy(_.order).take(UsersPerProduct))
      .collect()
      .sortBy(_._1)
      .map(_._2.sortBy(_.order))
    turns(best.toSeq.map(_.toSeq), best.length * UsersPerProduct).distinctBy(_.user).take(Users)
  }

  private def vertexNode(vertex: Vertex): JsonNode = obj(
    "id" -> vertex.typedId,
    "label" -> vertex.label,
    "degree" -> vertex.degree,
    "inDegree" -> vertex.facts.inDegree,
    "outDegree" -> vertex.facts.outDegree,
    "pageRank" -> vertex.facts.pageRank,
    "component" -> vertex.facts.component,
    "community" -> vertex.community,
    "sales" -> vertex.activity.sales
  )

  private def edgeNode(link: Link): JsonNode = obj(
    "source" -> VertexIds.ofUser(link.userId),
    "target" -> VertexIds.ofProduct(link.product.id),
    "rank" -> link.rank,
    "score" -> link.score
  )
}
