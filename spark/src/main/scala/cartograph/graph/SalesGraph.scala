package cartograph.graph

import org.apache.spark.graphx.{Edge, Graph}
import org.apache.spark.graphx.lib.ConnectedComponents
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.lists.Ranking

/**
 * What the graph says of a vertex.
 *
 * @param number    users have even, products odd numbers, so that a user and a product with the same id stay two vertices
 * @param component number of the first vertex of its component
 */
final case class VertexFacts(number: Long, inDegree: Int, outDegree: Int, pageRank: Double, component: Long)

/**
 * Counts what the graph says. The only file that knows GraphX, which Spark deprecated in 4.0 and still ships.
 *
 * Edges lead from users to products, and from products to products; none leads to a user. So degrees are sums over users,
 * and so is what users give to products in PageRank. Only components need a graph, and for those the many edges of a
 * partition say no more than a forest of them, which has fewer edges than vertices.
 */
object SalesGraph {
  def userVertex(user: Int): Long = user * 2L
  def productVertex(product: Int): Long = product * 2L + 1

  private val Damping = 0.85
  private val Teleport = 1 - Damping
  /** Rounds end when no rank moves further than this; what is left is less than six times as much. */
  private val Tolerance = 1e-9

  /** Of a vertex: edges in and out, and what users hand to it in PageRank. */
  private final case class Sums(in: Int, out: Int, received: Double) {
    def +(other: Sums): Sums = Sums(in + other.in, out + other.out, received + other.received)
  }

  /**
   * Degrees, PageRank and weakly connected components of the edges of both kinds together.
   *
   * PageRank (Brin, Page 1998) with damping 0.85, scaled so that the mean is 1. Every edge counts, parallel ones too; the
   * rank of a vertex without a way out goes to all alike. So it is networkx's, times the number of vertices.
   *
   * All users have the same rank, so one round tells what they give to products. Only what products give to each other
   * goes round, and that part is small enough for one machine.
   *
   * @param links   by user: the products that it is linked with, once for every link; a user comes once, with at least one
   * @param similar product and product; at most ten for each of 16,384
   * @return one entry per vertex that has an edge
   */
  def facts(links: RDD[(Int, Array[Int])], similar: Seq[(Int, Int)], blocks: Int): RDD[VertexFacts] = {
    val sc = links.sparkContext
    val arcs = similar.map { case (from, to) => (productVertex(from), productVertex(to)) }
    val ofSimilar = arcs.flatMap { case (from, to) => Seq(from -> Sums(0, 1, 0), to -> Sums(1, 0, 0)) }
    // Gathered, and added up in the order of partitions, so that sums do not depend on which ended first.
    val sums = (links.mapPartitionsWithIndex((part, of) => sumsOf(of).map { case (vertex, sum) => vertex -> (part -> sum) }) ++
      sc.parallelize(ofSimilar, 1).map { case (vertex, sum) => vertex -> (Int.MaxValue -> sum) })
      .groupByKey(blocks)
      .mapValues(_.toArray.sortBy(_._1).map(_._2).reduce(_ + _))
      .persist(StorageLevel.MEMORY_AND_DISK)
    val settled = sc.broadcast(settle(sums.mapValues(_.received), arcs))
    val scale = meanOf(sums.map { case (vertex, of) => rawRank(settled.value, vertex, of.received) })
    sums.join(components(links, arcs, blocks), blocks).map { case (vertex, (of, component)) =>
      VertexFacts(vertex, of.in, of.out, Ranking.rounded(rawRank(settled.value, vertex, of.received) / scale), component)
    }
  }

  /** Both ends of all links of a partition, added up there. */
  private def sumsOf(links: Iterator[(Int, Array[Int])]): Iterator[(Long, Sums)] = {
    val products = scala.collection.mutable.LinkedHashMap.empty[Int, Sums]
    val users = links.map { case (user, linked) =>
      val one = Sums(1, 0, Teleport / linked.length)
      linked.foreach(product => products(product) = products.get(product).fold(one)(_ + one))
      userVertex(user) -> Sums(0, linked.length, 0)
    }
    // Users first: products are known when all of them have been seen.
    users ++ Iterator.single(products).flatMap(_.iterator).map { case (product, sum) => productVertex(product) -> sum }
  }

  /** By vertex, the first vertex of its component. */
  private def components(links: RDD[(Int, Array[Int])], arcs: Seq[(Long, Long)], blocks: Int): RDD[(Long, Long)] = {
    val edges = links.mapPartitions(of =>
      forest(of.flatMap { case (user, linked) => linked.iterator.map(userVertex(user) -> productVertex(_)) })
    ) ++
      links.sparkContext.parallelize(forest(arcs.iterator).toSeq, 1)
    val graph = Graph.fromEdges(
      edges.map { case (from, to) => Edge(from, to, 0) }.coalesce(blocks),
      defaultValue = 0,
      edgeStorageLevel = StorageLevel.MEMORY_AND_DISK,
      vertexStorageLevel = StorageLevel.MEMORY_AND_DISK
    )
    ConnectedComponents.run(graph).vertices
  }

  /** Edges that connect the same vertices, from one of each component to all others. */
  private[cartograph] def forest(edges: Iterator[(Long, Long)]): Iterator[(Long, Long)] = {
    val parents = scala.collection.mutable.LongMap.empty[Long]
    def root(vertex: Long): Long = {
      var at = vertex
      while (parents.getOrElseUpdate(at, at) != at) {
        // Every other one on the way comes a step nearer.
        parents(at) = parents(parents(at))
        at = parents(at)
      }
      at
    }
    edges.foreach { case (from, to) =>
      val (a, b) = (root(from), root(to))
      // The smaller one stays, so that what comes out does not depend on the order of what goes in.
      if (a != b) parents(math.max(a, b)) = math.min(a, b)
    }
    parents.keys.toArray.sorted.iterator.map(vertex => root(vertex) -> vertex).filter { case (first, vertex) => first != vertex }
  }

  private def rawRank(settled: Map[Long, Double], vertex: Long, received: Double): Double =
    settled.getOrElse(vertex, Teleport + Damping * received)

  /** The ranks of products that are linked with each other: the fixed point of 0.15 + 0.85 * (from users + from products). */
  private def settle(fromUsers: RDD[(Long, Double)], arcs: Seq[(Long, Long)]): Map[Long, Double] = {
    val linked = arcs.flatMap { case (from, to) => Seq(from, to) }.distinct.toArray.sorted
    val known = fromUsers.sparkContext.broadcast(linked)
    val received = fromUsers.filter { case (vertex, _) => java.util.Arrays.binarySearch(known.value, vertex) >= 0 }.collectAsMap()
    def placeOf(vertex: Long): Int = java.util.Arrays.binarySearch(linked, vertex)
    val (sources, targets) = (arcs.map(arc => placeOf(arc._1)).toArray, arcs.map(arc => placeOf(arc._2)).toArray)
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
      before.indices.exists(at => math.abs(now(at) - before(at)) > Tolerance)
    }.next()
    linked.zip(ranks).toMap
  }

  /** Partitions are added up in their order, so that the mean does not depend on which ended first; 1 of nothing. */
  private def meanOf(values: RDD[Double]): Double = {
    val parts = values.mapPartitionsWithIndex { (part, of) =>
      val (count, sum) = of.foldLeft((0L, 0.0)) { case ((count, sum), value) => (count + 1, sum + value) }
      Iterator.single((part, count, sum))
    }.collect().sortBy(_._1)
    if (parts.map(_._2).sum == 0) 1 else parts.map(_._3).sum / parts.map(_._2).sum
  }
}
