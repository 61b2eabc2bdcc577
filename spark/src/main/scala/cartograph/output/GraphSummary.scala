package cartograph.output

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.graph.{Link, LinkKind, Links, RunGraph, SalesGraph, Vertex, VertexIds, VertexTotals}
import cartograph.platform.ByKey
import cartograph.platform.Documents.{arr, obj}

/**
 * `summary/graph.json`: the part of the recommendation graph that a still picture can show, at most 100 vertices. They are
 * products of the largest communities and the users that connect them. See GraphSummary in
 * lambdas/shared/contract/summaries.ts.
 */
object GraphSummary {
  private val MaxProducts = 30
  private val MaxUsers = 70
  private val MaxCommunities = 6
  private val UsersPerProduct = 4
  /** Only recommendations up to this rank are drawn: more edges per user would cover each other. */
  private val LastRank = 5

  /** The edges of one user to the products that are shown, best rank first; not empty. */
  private final case class Connector(links: Seq[Link]) {
    def user: Int = links.head.user
    /** Sorts by most products, then most communities, best ranks, and smallest user number. */
    val order: (Int, Int, Int, Int) = (-links.size, -links.map(_.productCommunity).distinct.size, links.map(_.rank).sum, user)
  }

  /** Makes the document. @param components number of components of the whole graph */
  def document(graph: RunGraph, components: Long): JsonNode = {
    val counts = graph.counts
    val shownCommunities = communitiesToShow(graph.totals)
    val products = turns(shownCommunities.map(graph.totals.mostRecommended(_)), MaxProducts).map(_.number).toSet
    val edges = connectors(graph.links, products).flatMap(_.links).sortBy(link => (link.user, link.rank))
    val ends = edges.flatMap(link => Seq(SalesGraph.userVertex(link.user), SalesGraph.productVertex(link.product.number)))
    val numbers = ends.toSet
    // At most 100 vertices.
    val shown = graph.vertices.filter(vertex => numbers.contains(vertex.facts.number)).collect().sortBy(_.typedId)
    obj(
      "vertices" -> counts.vertices,
      "edges" -> counts.edges,
      "users" -> counts.users,
      "products" -> counts.products,
      "components" -> components,
      "chosen" -> chosen(
        products = shown.count(!_.isUser),
        users = shown.count(_.isUser),
        communities = shownCommunities.count(_ >= 0)
      ),
      "shown" -> obj("vertices" -> arr(shown.map(vertexNode)), "edges" -> arr(edges.map(edgeNode)))
    )
  }

  /** Returns the largest communities that have a recommended product; without any, those products that have no community. */
  private def communitiesToShow(totals: VertexTotals): Seq[Int] = {
    val all = totals.mostRecommended.keys.toSeq.sorted
    if (all.exists(_ >= 0)) all.filter(_ >= 0).take(MaxCommunities) else all
  }

  /** Describes the choice for readers of the picture. */
  private def chosen(products: Int, users: Int, communities: Int): String = {
    val from = if (communities > 1) s" of the $communities largest communities" else ""
    s"The $products products$from that are in the most lists, and $users users " +
      s"who have most of them among their first $LastRank recommendations"
  }

  /** Takes the first item of each ranking, then the second of each, and so on, until there are `count`. */
  private def turns[Item](rankings: Seq[Seq[Item]], count: Int): Seq[Item] =
    (0 until rankings.map(_.size).maxOption.getOrElse(0)).flatMap(turn => rankings.flatMap(_.lift(turn))).take(count)

  /** Returns the users that connect the products best: products take turns to add one of their best users. */
  private def connectors(links: RDD[Link], products: Set[Int]): Seq[Connector] = {
    // A function value, because a method would make tasks carry this object, which cannot be serialised.
    val isShown = (link: Link) =>
      link.kind == LinkKind.RecommendedAny && link.rank <= LastRank && products.contains(link.product.number)
    // At most four users for each of 30 products reach the driver.
    val byProduct = links
      .mapPartitions(Links.byUser(_).map(_.filter(isShown)).filter(_.nonEmpty).map(Connector))
      .flatMap(connector => connector.links.map(link => link.product.number -> Vector(connector)))
      .reduceByKey((a, b) => (a ++ b).sortBy(_.order).take(UsersPerProduct))
    val best = ByKey.values(byProduct.collect()).map(_.sortBy(_.order))
    turns(best.toSeq, best.length * UsersPerProduct).distinctBy(_.user).take(MaxUsers)
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
