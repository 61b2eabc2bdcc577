package cartograph

import org.apache.spark.graphx.{Edge, Graph, TripletFields}
import org.apache.spark.graphx.lib.ConnectedComponents
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

/**
 * What the graph says of a vertex.
 *
 * @param number    users have even, products odd numbers, so that a user and a product with the same id stay two vertices
 * @param component number of the first vertex of its component
 */
final case class VertexFacts(number: Long, inDegree: Int, outDegree: Int, pageRank: Double, component: Long)

/** The only file that knows GraphX, which Spark deprecated in 4.0 and still ships. */
object SalesGraph {
  def userVertex(user: Int): Long = user * 2L
  def productVertex(product: Int): Long = product * 2L + 1
  private def isUser(vertex: Long): Boolean = vertex % 2 == 0

  private val Damping = 0.85
  private val Teleport = 1 - Damping
  /** Rounds end when no rank moves further than this; what is left is less than six times as much. */
  private val Tolerance = 1e-9

  /**
   * Degrees, PageRank and weakly connected components of the edges of both kinds together.
   *
   * PageRank (Brin, Page 1998) with damping 0.85, scaled so that the mean is 1. Every edge counts, parallel ones too; the
   * rank of a vertex without a way out goes to all alike. So it is networkx's, times the number of vertices.
   *
   * No edge leads to a user: all users have the same rank, and one round over the large graph tells what they give to
   * products. Only what products give to each other goes round, and that part is small enough for one machine.
   *
   * @param links   user and product; several between the same two count each
   * @param similar product and product; at most ten for each of 16,384
   * @return one entry per vertex that has an edge
   */
  def facts(links: RDD[(Int, Int)], similar: Seq[(Int, Int)], blocks: Int): RDD[VertexFacts] = {
    val sc = links.sparkContext
    val arcs = similar.map { case (from, to) => (productVertex(from), productVertex(to)) }
    val edges = links.map { case (user, product) => Edge(userVertex(user), productVertex(product), 0) } ++
      sc.parallelize(arcs, 1).map { case (from, to) => Edge(from, to, 0) }
    val graph = Graph.fromEdges(
      edges.coalesce(blocks),
      defaultValue = 0,
      edgeStorageLevel = StorageLevel.MEMORY_AND_DISK,
      vertexStorageLevel = StorageLevel.MEMORY_AND_DISK
    )
    // In the lower half of a number the edges out, in the upper half those in.
    val degrees = graph.aggregateMessages[Long](
      edge => {
        edge.sendToSrc(1L)
        edge.sendToDst(1L << 32)
      },
      _ + _
    ).persist(StorageLevel.MEMORY_AND_DISK)
    val fromUsers = graph
      .outerJoinVertices(degrees)((_, _, degree) => outDegree(degree.getOrElse(0L)))
      .aggregateMessages[Double](
        edge => if (isUser(edge.srcId)) edge.sendToDst(Teleport / edge.srcAttr),
        _ + _,
        TripletFields.Src
      )
    val settled = sc.broadcast(settle(fromUsers, arcs))
    val raw = degrees.leftJoin(fromUsers) { (vertex, _, received) =>
      settled.value.getOrElse(vertex, Teleport + Damping * received.getOrElse(0.0))
    }
    val scale = meanOf(raw.map(_._2))
    val components = ConnectedComponents.run(graph).vertices
    degrees
      .innerJoin(raw)((_, degree, rank) => (degree, Ranking.rounded(rank / scale)))
      .innerJoin(components) { case (number, (degree, rank), component) =>
        VertexFacts(number, (degree >> 32).toInt, outDegree(degree), rank, component)
      }
      .map(_._2)
  }

  private def outDegree(degrees: Long): Int = (degrees & 0xffffffffL).toInt

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
    val (_, ranks) = rounds.dropWhile { case (before, now) => before.indices.exists(at => math.abs(now(at) - before(at)) > Tolerance) }.next()
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
