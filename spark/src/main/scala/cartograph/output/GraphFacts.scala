package cartograph.output

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.graph.{Communities, Crossings, PowerLaw, RunGraph, Vertex, VertexTotals}
import cartograph.platform.Documents.{arr, named, obj}

/** `graph.json`: the measures of the whole graph; see GraphFacts in lambdas/shared/contract/summaries.ts. */
object GraphFacts {
  private val LargestComponents = 20

  /** The vertices of one component; `first` is its smallest vertex number. */
  private[cartograph] final case class Component(first: Long, users: Long, products: Long) {
    def +(other: Component): Component = Component(first, users + other.users, products + other.products)
  }

  /** The number of components, and the largest ones, largest first. */
  final case class Components(count: Long, largest: Seq[Component])

  /** Makes the document. @param components see [[components]] */
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
        "largest" -> arr(components.largest.map(each => obj("users" -> each.users, "products" -> each.products)))
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

  /**
   * Finds the components with the most vertices, ties by smallest vertex number. At most 20 per partition reach the driver.
   *
   * @param blocks number of partitions to count in
   */
  def components(vertices: RDD[Vertex], blocks: Int): Components = {
    val order = Ordering.by[Component, (Long, Long)](component => (-(component.users + component.products), component.first))
    val (counts, largest) = vertices
      .map { vertex =>
        val first = vertex.facts.component
        first -> (if (vertex.isUser) Component(first, users = 1, products = 0) else Component(first, users = 0, products = 1))
      }
      .reduceByKey(_ + _, blocks)
      .mapPartitions { part =>
        val all = part.map { case (_, component) => component }.toArray
        Iterator.single((all.length.toLong, all.sorted(order).take(LargestComponents)))
      }
      .collect()
      .unzip
    Components(counts.sum, largest.flatten.sorted(order).take(LargestComponents).toSeq)
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
