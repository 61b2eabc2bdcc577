package cartograph.output

import scala.annotation.tailrec

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.graph.{Communities, Crossings, GraphCounts, PowerLaw, Vertex, VertexTotals}
import cartograph.lists.Ranking
import cartograph.platform.Documents.{arr, named, obj}

/** `graph.json`: what the graph says; see GraphFacts in lambdas/shared/contract/summaries.ts. */
object GraphFacts {
  private val LargestComponents = 20
  private val TopProducts = 10
  /** The Lorenz curve has a point at least wherever it has moved by so much of its height or width. */
  private val LorenzSteps = 200

  /** Of how many components there are, and of the largest users and products. */
  final case class Components(count: Long, largest: Seq[(Long, Long)])

  def document(run: Int, counts: GraphCounts, totals: VertexTotals, components: Components, communities: Communities): JsonNode =
    obj(
      "run" -> run,
      "vertices" -> counts.vertices,
      "edges" -> counts.edges,
      "users" -> counts.users,
      "products" -> counts.products,
      "edgesByKind" -> obj("bought" -> counts.bought, "recommended" -> counts.recommended, "similar" -> counts.similar),
      "exposure" -> exposure(totals),
      "components" -> obj(
        "count" -> components.count,
        "largest" -> arr(components.largest.map { case (users, products) => obj("users" -> users, "products" -> products) })
      ),
      "tails" -> obj("users" -> tail(totals.userDegrees), "products" -> tail(totals.productDegrees)),
      "communities" -> obj(
        "count" -> communities.count,
        "modularity" -> communities.modularity,
        "largest" -> arr((0 until math.min(VertexTotals.LargestCommunities, communities.count)).map(communityNode(_, totals))),
        "edges" -> obj(
          "bought" -> crossings(counts.crossingsBought),
          "recommendedAny" -> crossings(counts.crossingsAny),
          "recommendedNew" -> crossings(counts.crossingsNew),
          "similar" -> crossings(counts.crossingsSimilar)
        )
      ),
      "graphmlLeftOut" -> GraphFiles.graphMlLeftOut(counts.edges)
    )

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

  private def crossings(of: Crossings): JsonNode = obj("edges" -> of.edges, "crossing" -> of.crossing, "byChance" -> of.byChance)

  private def tail(degrees: Iterable[(Int, Long)]): Option[JsonNode] = PowerLaw.fit(degrees).map { fit =>
    obj("exponent" -> fit.exponent, "from" -> fit.from, "vertices" -> fit.vertices)
  }

  private def exposure(totals: VertexTotals): JsonNode = {
    val sorted = totals.exposure.toArray.sorted
    val recommendations = sorted.map { case (lists, products) => lists * products }.sum
    obj(
      "recommendations" -> recommendations,
      "gini" -> Option.when(recommendations > 0)(Ranking.rounded(gini(sorted))),
      "top10Share" -> Option.when(recommendations > 0)(Ranking.rounded(top(sorted, TopProducts).toDouble / recommendations)),
      "half" -> Option.when(recommendations > 0) {
        val (products, lists) = half(sorted)
        obj("products" -> products, "share" -> Ranking.rounded(lists.toDouble / recommendations))
      },
      "neverRecommended" -> totals.neverRecommended,
      "lorenz" -> arr(lorenz(sorted).map { case (products, lists) => arr(Seq(products, lists)) })
    )
  }

  /**
   * Half the mean difference between two products, relative to the mean.
   *
   * @param sorted (lists, products that stand in so many), fewest lists first; some list is not empty
   */
  private[cartograph] def gini(sorted: Array[(Int, Long)]): Double = {
    val products = sorted.map(_._2).sum.toDouble
    val total = sorted.map { case (lists, count) => lists.toDouble * count }.sum
    // Twice the area under the Lorenz curve, a trapezium for every group of equals.
    val before = sorted.scanLeft(0.0) { case (sum, (lists, count)) => sum + lists.toDouble * count }
    val twiceArea = sorted.indices.map(at => sorted(at)._2 / products * (before(at) + before(at + 1)) / total).sum
    math.max(0, 1 - twiceArea)
  }

  private def top(sorted: Array[(Int, Long)], products: Int): Long =
    sorted.reverseIterator.foldLeft((products.toLong, 0L)) { case ((left, sum), (lists, count)) =>
      val taken = math.min(left, count)
      (left - taken, sum + taken * lists)
    }._2

  /**
   * The fewest products that stand in half of all lists or more, and in how many: those that stand in most.
   *
   * @param sorted as for [[gini]]
   */
  private[cartograph] def half(sorted: Array[(Int, Long)]): (Long, Long) = {
    val wanted = (sorted.map { case (lists, products) => lists * products }.sum + 1) / 2
    @tailrec
    def from(group: Int, products: Long, taken: Long): (Long, Long) = {
      val (lists, count) = sorted(group)
      if (taken + lists * count < wanted) from(group - 1, products + count, taken + lists * count)
      else {
        val some = (wanted - taken + lists - 1) / lists
        (products + some, taken + some * lists)
      }
    }
    from(sorted.length - 1, 0, 0)
  }

  /**
   * The curve is made of straight pieces, one for every number of lists. Of their ends, both first and last, and those that
   * lie 1/200 or more from the one kept before, along either side: where it rises steeply they lie close. At most 402.
   */
  private[cartograph] def lorenz(sorted: Array[(Int, Long)]): Seq[(Double, Double)] = {
    val products = sorted.map(_._2).scanLeft(0L)(_ + _)
    val lists = sorted.map { case (lists, count) => lists * count }.scanLeft(0L)(_ + _)
    if (lists.last == 0) Seq((0.0, 0.0), (1.0, 1.0))
    else {
      val ends = products.zip(lists).map { case (x, y) => (x.toDouble / products.last, y.toDouble / lists.last) }
      val kept = ends.foldLeft(Vector.empty[(Double, Double)]) { case (kept, end) =>
        val isFar = kept.lastOption.forall { case (x, y) => math.max(end._1 - x, end._2 - y) >= 1.0 / LorenzSteps }
        if (isFar) kept :+ end else kept
      }
      val whole = if (kept.last == ends.last) kept else kept :+ ends.last
      whole.map { case (x, y) => (Ranking.rounded(x), Ranking.rounded(y)) }
    }
  }
}
