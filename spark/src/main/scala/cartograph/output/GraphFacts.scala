package cartograph.output

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.graph.{Communities, Crossings, PowerLaw, RunGraph, Vertex, VertexTotals}
import cartograph.platform.Documents.{arr, named, obj}

/** `graph.json`: the measures of the whole graph; see GraphFacts in lambdas/shared/contract/summaries.ts. */
object GraphFacts {
  private val LargestComponents = 20

  /** The number of components, and the numbers of users and products of the largest, largest first. */
  final case class Components(count: Long, largest: Seq[(Long, Long)])

  def document(graph: RunGraph, components: Components, communities: Communities): JsonNode = {
    val (counts, totals) = (graph.counts, graph.totals)
    obj(
      "run" -> graph.run,
      "vertices" -> counts.vertices,
      "edges" -> counts.edges,
      "users" -> counts.users,
      "products" -> counts.products,
      "edgesByKind" -> obj("bought" -> counts.bought, "recommended" -> counts.recommended, "similar" -> counts.similar),
      "exposure" -> ExposureMeasures.node(totals),
      "components" -> obj(
        "count" -> components.count,
        "largest" -> arr(components.largest.map { case (users, products) => obj("users" -> users, "products" -> products) })
      ),
      "tails" -> obj("users" -> tailNode(totals.userDegrees), "products" -> tailNode(totals.productDegrees)),
      "communities" -> obj(
        "count" -> communities.count,
        "modularity" -> communities.modularity,
        "largest" -> arr((0 until math.min(VertexTotals.LargestCommunities, communities.count)).map(communityNode(_, totals))),
        "edges" -> obj(
          "bought" -> crossingsNode(counts.crossingsBought),
          "recommendedAny" -> crossingsNode(counts.crossingsAny),
          "recommendedNew" -> crossingsNode(counts.crossingsNew),
          "similar" -> crossingsNode(counts.crossingsSimilar)
        )
      ),
      "graphmlLeftOut" -> GraphFiles.graphMlLeftOut(counts.edges)
    )
  }

  def components(vertices: RDD[Vertex], blocks: Int): Components = {
    val order = Ordering.by[(Long, (Long, Long)), (Long, Long)] { case (first, (users, products)) =>
      (-(users + products), first)
    }
    val parts = vertices
      .map(vertex => vertex.facts.component -> (if (vertex.isUser) (1L, 0L) else (0L, 1L)))
      .reduceByKey((a, b) => (a._1 + b._1, a._2 + b._2), blocks)
      .mapPartitions { all =>
        val (counted, kept) = all.duplicate
        Iterator.single((counted.size.toLong, kept.toArray.sorted(order).take(LargestComponents)))
      }
      .collect()
    Components(parts.map(_._1).sum, parts.flatMap(_._2).sorted(order).take(LargestComponents).map(_._2).toSeq)
  }

  private def communityNode(community: Int, totals: VertexTotals): JsonNode = obj(
    "community" -> community,
    "users" -> totals.usersIn.getOrElse(community, 0L),
    "products" -> totals.productsIn.getOrElse(community, 0L),
    "top" -> arr(totals.mostBought.getOrElse(community, Vector.empty).map(product => named(product.id, product.name)))
  )

  private def crossingsNode(crossings: Crossings): JsonNode =
    obj("edges" -> crossings.edges, "crossing" -> crossings.crossing, "byChance" -> crossings.byChance)

  private def tailNode(degrees: Iterable[(Int, Long)]): Option[JsonNode] = PowerLaw.fit(degrees).map { fit =>
    obj("exponent" -> fit.exponent, "from" -> fit.from, "vertices" -> fit.vertices)
  }
}
