package cartograph.graph

import org.apache.spark.graphx.{Edge, Graph}
import org.apache.spark.graphx.lib.ConnectedComponents
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.lists.Ranking
import cartograph.platform.ByKey

/**
 * The measures of a vertex.
 *
 * @param number    even for users and odd for products, so that a user and a product with the same id are two vertices
 * @param component smallest vertex number in its component
 */
final case class VertexFacts(number: Long, inDegree: Int, outDegree: Int, pageRank: Double, component: Long)

/**
 * Computes degrees, PageRank and components. It is the only file that uses GraphX, which Spark deprecated in 4.0 and still ships.
 *
 * Edges lead from users to products and from products to products, never to a user. Degrees, and the PageRank that products
 * receive from users, are therefore plain sums over users. Only components need a graph algorithm. For them, the edges of each
 * partition are first reduced to a spanning forest, which has fewer edges than vertices.
 */
object SalesGraph {
  def userVertex(user: Int): Long = user * 2L
  def productVertex(product: Int): Long = product * 2L + 1

  private val Damping = 0.85
  private val Teleport = 1 - Damping
  /** The iteration ends when no rank changes by more. The remaining error is at most 0.85 / (1 - 0.85) < 6 times as large. */
  private val Tolerance = 1e-9

  /** The in- and out-degree of a vertex, and the PageRank that it receives from users, before damping. */
  private final case class Sums(in: Int, out: Int, received: Double) {
    def +(other: Sums): Sums = Sums(in + other.in, out + other.out, received + other.received)
  }

  /**
   * Computes degrees, PageRank and weakly connected components of the graph of both kinds of edges.
   *
   *   rank(v) = 0.15 + 0.85 * sum over edges (u, v) of rank(u) / outDegree(u), then divided by the mean over all v
   *
   * This is the PageRank of Brin and Page (1998) with damping 0.85, scaled so that the mean is 1. Parallel edges count
   * separately. The rank of vertices without outgoing edges is spread evenly, which the scaling does. The result equals
   * networkx's, times the number of vertices.
   *
   * All users have the same rank because no edge leads to them, so a single pass computes what products receive from users. Only
   * the edges between products need iterations, and those edges fit on one machine.
   *
   * @param links   user number and the numbers of its products, one per link; each user once, with at least one product
   * @param similar pairs of products; at most ten for each of 16,384
   * @param blocks  number of partitions of the result
   * @return one entry per vertex that has an edge, in no order
   */
  def facts(links: RDD[(Int, Array[Int])], similar: Seq[(Int, Int)], blocks: Int): RDD[VertexFacts] = {
    val sc = links.sparkContext
    val arcs = similar.map { case (from, to) => (productVertex(from), productVertex(to)) }
    val ofSimilar = arcs.flatMap { case (from, to) =>
      Seq(from -> Sums(in = 0, out = 1, received = 0), to -> Sums(in = 1, out = 0, received = 0))
    }
    // Grouped, and added in the order of partitions, so that the sums do not depend on which partition is finished first.
    val ofLinksByPart = links.mapPartitionsWithIndex { (part, rows) =>
      sumsOf(rows).map { case (vertex, sum) => vertex -> (part -> sum) }
    }
    val ofSimilarLast = sc.parallelize(ofSimilar, 1).map { case (vertex, sum) => vertex -> (Int.MaxValue -> sum) }
    val sums = (ofLinksByPart ++ ofSimilarLast)
      .groupByKey(blocks)
      .mapValues(ByKey.values(_).reduce(_ + _))
      .persist(StorageLevel.MEMORY_AND_DISK)
    val settled = sc.broadcast(settle(sums.mapValues(_.received), arcs))
    val scale = meanOf(sums.map { case (vertex, sum) => rawRank(settled.value, vertex, sum.received) })
    sums.join(components(links, arcs, blocks), blocks).map { case (vertex, (sum, component)) =>
      VertexFacts(
        number = vertex,
        inDegree = sum.in,
        outDegree = sum.out,
        pageRank = Ranking.rounded(rawRank(settled.value, vertex, sum.received) / scale),
        component = component
      )
    }
  }

  /** Returns the sums of both ends of all links in a partition. */
  private def sumsOf(links: Iterator[(Int, Array[Int])]): Iterator[(Long, Sums)] = {
    val products = scala.collection.mutable.LinkedHashMap.empty[Int, Sums]
    val users = links.map { case (user, linked) =>
      val one = Sums(in = 1, out = 0, received = Teleport / linked.length)
      linked.foreach(product => products(product) = products.get(product).fold(one)(_ + one))
      userVertex(user) -> Sums(in = 0, out = linked.length, received = 0)
    }
    // Users first: the sums of products are complete only when the last user has been read.
    users ++ Iterator.single(products).flatMap(_.iterator).map { case (product, sum) => productVertex(product) -> sum }
  }

  /** Returns the smallest vertex of the component of every vertex. */
  private def components(links: RDD[(Int, Array[Int])], arcs: Seq[(Long, Long)], blocks: Int): RDD[(Long, Long)] = {
    val ofLinks = links.mapPartitions { rows =>
      forest(rows.flatMap { case (user, linked) => linked.iterator.map(userVertex(user) -> productVertex(_)) })
    }
    val ofSimilar = links.sparkContext.parallelize(forest(arcs.iterator).toSeq, 1)
    val graph = Graph.fromEdges(
      (ofLinks ++ ofSimilar).map { case (from, to) => Edge(from, to, 0) }.coalesce(blocks),
      defaultValue = 0,
      edgeStorageLevel = StorageLevel.MEMORY_AND_DISK,
      vertexStorageLevel = StorageLevel.MEMORY_AND_DISK
    )
    ConnectedComponents.run(graph).vertices
  }

  /**
   * Returns fewer edges that connect the same vertices: from the smallest vertex of each component to each of the others, sorted
   * by target.
   */
  private[cartograph] def forest(edges: Iterator[(Long, Long)]): Iterator[(Long, Long)] = {
    val parents = scala.collection.mutable.LongMap.empty[Long]
    def root(vertex: Long): Long = {
      var current = vertex
      while (parents.getOrElseUpdate(current, current) != current) {
        // Path halving: every other vertex on the path is linked to its grandparent.
        parents(current) = parents(parents(current))
        current = parents(current)
      }
      current
    }
    edges.foreach { case (from, to) =>
      val (a, b) = (root(from), root(to))
      // The smaller root stays, so that the result does not depend on the order of the edges.
      if (a != b) parents(math.max(a, b)) = math.min(a, b)
    }
    parents.keys.toArray.sorted.iterator.map(vertex => root(vertex) -> vertex).filter { case (first, vertex) => first != vertex }
  }

  private def rawRank(settled: Map[Long, Double], vertex: Long, received: Double): Double =
    settled.getOrElse(vertex, Teleport + Damping * received)

  /**
   * Returns the ranks, before scaling, of the products that have edges between products.
   *
   * @param fromUsers rank that each vertex receives from users; at most 16,384 of these entries are collected
   * @param arcs      edges between products
   */
  private def settle(fromUsers: RDD[(Long, Double)], arcs: Seq[(Long, Long)]): Map[Long, Double] = {
    val linked = arcs.flatMap { case (from, to) => Seq(from, to) }.distinct.toArray.sorted
    val known = fromUsers.sparkContext.broadcast(linked)
    val received = fromUsers.filter { case (vertex, _) => java.util.Arrays.binarySearch(known.value, vertex) >= 0 }.collectAsMap()
    def placeOf(vertex: Long): Int = java.util.Arrays.binarySearch(linked, vertex)
    val (sources, targets) = arcs.map { case (from, to) => (placeOf(from), placeOf(to)) }.toArray.unzip
    val outs = new Array[Int](linked.length)
    sources.foreach(outs(_) += 1)
    val base = linked.map(vertex => Teleport + Damping * received.getOrElse(vertex, 0.0))
    def round(ranks: Array[Double]): Array[Double] = {
      val next = base.clone()
      sources.indices.foreach(arc => next(targets(arc)) += Damping * ranks(sources(arc)) / outs(sources(arc)))
      next
    }
    val rounds = Iterator.iterate((base, round(base))) { case (_, now) => (now, round(now)) }
    val (_, ranks) = rounds.dropWhile { case (before, now) =>
      before.indices.exists(place => math.abs(now(place) - before(place)) > Tolerance)
    }.next()
    linked.zip(ranks).toMap
  }

  /** Returns the mean, or 1 without values. It adds the sums of partitions in order, so that the result is always the same. */
  private def meanOf(values: RDD[Double]): Double = {
    // One count and one sum per partition reach the driver.
    val parts = values.mapPartitionsWithIndex { (part, numbers) =>
      Iterator.single(part -> numbers.foldLeft((0L, 0.0)) { case ((count, sum), value) => (count + 1, sum + value) })
    }
    val (counts, sums) = ByKey.values(parts.collect()).unzip
    if (counts.sum == 0) 1 else sums.sum / counts.sum
  }
}
