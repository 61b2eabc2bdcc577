package cartograph.graph

/**
 * An undirected weighted graph, stored as the sorted neighbours of every vertex. The neighbours of vertex v are at the positions
 * starts(v) until starts(v + 1). Each edge is stored in both directions. A loop is stored once, with twice the weight of the
 * edges that it stands for.
 */
private[graph] final case class WeightedGraph(starts: Array[Int], targets: Array[Int], weights: Array[Long]) {
  val size: Int = starts.length - 1
  /** Sum of the weights of the edges of each vertex. */
  val degrees: Array[Long] = Array.tabulate(size)(vertex => sumOf(starts(vertex), starts(vertex + 1)))
  /** Twice the weight of all edges. */
  val total: Long = degrees.sum

  private def sumOf(from: Int, until: Int): Long = {
    var (sum, arc) = (0L, from)
    while (arc < until) {
      sum += weights(arc)
      arc += 1
    }
    sum
  }

  /** Calls `body` with the number and the weight of every neighbour of a vertex. */
  def foreach(vertex: Int)(body: (Int, Long) => Unit): Unit = {
    var arc = starts(vertex)
    while (arc < starts(vertex + 1)) {
      body(targets(arc), weights(arc))
      arc += 1
    }
  }

  /** Returns the graph of the communities: one vertex per community, and loops for the edges inside. */
  def contracted(communityOf: Array[Int], communities: Int): WeightedGraph = {
    val members = Array.fill(communities)(Array.newBuilder[Int])
    communityOf.indices.foreach(vertex => members(communityOf(vertex)) += vertex)
    val sorted = members.map(_.result())
    WeightedGraph.gathered(communities)((community, add) =>
      sorted(community).foreach(foreach(_)((target, weight) => add(communityOf(target), weight)))
    )
  }
}

private[graph] object WeightedGraph {

  /**
   * Makes a graph without loops.
   *
   * @param vertices number of vertices, which are numbered from 0
   * @param edges    pairs of different vertices, and weights above 0; the weights of repeated pairs in either direction add up
   */
  def of(vertices: Int, edges: Seq[(Int, Int, Long)]): WeightedGraph = {
    val byVertex = edges.flatMap { case (a, b, weight) => Seq(a -> (b -> weight), b -> (a -> weight)) }.groupMap(_._1)(_._2)
    gathered(vertices)((vertex, add) => byVertex.getOrElse(vertex, Nil).foreach { case (other, weight) => add(other, weight) })
  }

  /**
   * Makes a graph from the neighbours of each vertex.
   *
   * @param each takes a vertex and a function `add`, and calls `add` with each neighbour and weight, in any order; the weights of
   *             repeated neighbours add up
   */
  private def gathered(vertices: Int)(each: (Int, (Int, Long) => Unit) => Unit): WeightedGraph = {
    val sums = new Array[Long](vertices)
    val (targets, weights) = (Array.newBuilder[Int], Array.newBuilder[Long])
    val counts = Array.tabulate(vertices) { vertex =>
      val touched = Array.newBuilder[Int]
      each(
        vertex,
        (target, weight) => {
          if (sums(target) == 0) touched += target
          sums(target) += weight
        }
      )
      val sorted = touched.result().sorted
      sorted.foreach { target =>
        targets += target
        weights += sums(target)
        sums(target) = 0
      }
      sorted.length
    }
    WeightedGraph(counts.scanLeft(0)(_ + _), targets.result(), weights.result())
  }
}
