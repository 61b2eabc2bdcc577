package cartograph

import org.apache.spark.graphx.{Edge, Graph, VertexRDD}
import org.apache.spark.graphx.lib.{ConnectedComponents, PageRank}
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

  /** Edges lead from users to products and from there nowhere: two rounds reach the fixed point. */
  private val PageRankRounds = 2

  /**
   * Degrees, PageRank (Brin, Page 1998; damping 0.85, scaled so that the mean is 1) and connected components.
   *
   * @param edges user and product; several between the same two count each
   * @return one entry per vertex that has an edge
   */
  def facts(edges: RDD[(Int, Int)], blocks: Int): RDD[VertexFacts] = {
    val graph = Graph.fromEdges(
      edges.map { case (user, product) => Edge(userVertex(user), productVertex(product), 0) }.coalesce(blocks),
      defaultValue = 0,
      edgeStorageLevel = StorageLevel.MEMORY_AND_DISK,
      vertexStorageLevel = StorageLevel.MEMORY_AND_DISK
    )
    val degrees = graph.aggregateMessages[(Int, Int)](
      edge => {
        edge.sendToSrc((0, 1))
        edge.sendToDst((1, 0))
      },
      (a, b) => (a._1 + b._1, a._2 + b._2)
    )
    val ranks: VertexRDD[Double] = PageRank.run(graph, PageRankRounds).vertices
    val components: VertexRDD[Long] = ConnectedComponents.run(graph).vertices
    degrees
      .innerJoin(ranks)((_, degree, rank) => (degree, rank))
      .innerJoin(components) { case (number, ((in, out), rank), component) =>
        VertexFacts(number, in, out, Ranking.rounded(rank), component)
      }
      .map(_._2)
  }
}
