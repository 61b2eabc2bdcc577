package cartograph.graph

/**
 * Finds communities of an undirected weighted graph: Blondel, Guillaume, Lambiotte, Lefebvre, "Fast unfolding of communities in
 * large networks", 2008.
 *
 * The result is deterministic. Vertices take turns in the order of their numbers and move only if that is strictly better; of
 * equally good communities they join the one with the smallest number. Weights are whole numbers, so sums do not depend on the
 * order of summation.
 */
object Louvain {

  /**
   * The communities of a graph.
   *
   * @param communities community of every vertex, numbered from 0 in the order of their first vertices; -1 for vertices without
   *                    edges
   */
  final case class Partition(communities: Array[Int], modularity: Double)

  /** Each pass over all vertices is a round; a level ends after this many even if vertices still move. */
  private val MaxRounds = 100
  /** Smaller gains are rounding errors. As a share of the weight of all edges. */
  private val MinGain = 1e-12

  /**
   * Finds the communities of a graph.
   *
   * @param vertices number of vertices, which are numbered from 0
   * @param edges    pairs of different vertices, and weights above 0; the weights of repeated pairs in either direction add up
   */
  def communities(vertices: Int, edges: Seq[(Int, Int, Long)]): Partition = {
    val graph = WeightedGraph.of(vertices, edges)
    val communityOf = merged(graph, Array.range(0, vertices))
    Partition(numbered(communityOf, graph.degrees), modularity(graph, communityOf))
  }

  /**
   * Moves vertices until nothing improves, then makes every community a vertex, and repeats.
   *
   * @param vertexOf the vertex of `graph` that each vertex of the original graph has become
   */
  @scala.annotation.tailrec
  private def merged(graph: WeightedGraph, vertexOf: Array[Int]): Array[Int] = {
    val moved = localMoves(graph)
    val numbers = moved.distinct.zipWithIndex.toMap
    if (numbers.size == graph.size) vertexOf
    else {
      val communityOf = moved.map(numbers)
      merged(graph.contracted(communityOf, numbers.size), vertexOf.map(communityOf(_)))
    }
  }

  /** Returns the community of every vertex after moving single vertices. A community has the number of one of the vertices. */
  private def localMoves(graph: WeightedGraph): Array[Int] = {
    val communityOf = Array.range(0, graph.size)
    val totals = graph.degrees.clone()
    // For the vertex that has its turn: the weight of its edges to each community, and the communities that it has edges to.
    val linked = new Array[Long](graph.size)
    val touched = new Array[Int](graph.size)
    def moves(vertex: Int): Boolean = {
      var count = 0
      graph.foreach(vertex) { (target, weight) =>
        if (target != vertex) {
          if (linked(communityOf(target)) == 0) {
            touched(count) = communityOf(target)
            count += 1
          }
          linked(communityOf(target)) += weight
        }
      }
      val (home, degree) = (communityOf(vertex), graph.degrees(vertex))
      totals(home) -= degree
      // What joining a community adds to the modularity, times half the total weight, without the terms that all share.
      def gain(community: Int): Double = linked(community).toDouble - degree.toDouble * totals(community) / graph.total
      val minGain = MinGain * graph.total
      java.util.Arrays.sort(touched, 0, count)
      var (best, bestGain, position) = (home, gain(home), 0)
      while (position < count) {
        val candidateGain = gain(touched(position))
        if (candidateGain > bestGain + minGain) {
          best = touched(position)
          bestGain = candidateGain
        }
        position += 1
      }
      communityOf(vertex) = best
      totals(best) += degree
      while (position > 0) {
        position -= 1
        linked(touched(position)) = 0
      }
      best != home
    }
    // `count` and not `exists`, because every vertex must have its turn in each round.
    Iterator.continually((0 until graph.size).count(moves)).take(MaxRounds).find(_ == 0)
    communityOf
  }

  /** Numbers communities by their first vertices, and sets -1 for vertices without edges. */
  private def numbered(communityOf: Array[Int], degrees: Array[Long]): Array[Int] = {
    val numbers = communityOf.indices.filter(degrees(_) > 0).map(communityOf(_)).distinct.zipWithIndex.toMap
    communityOf.indices.map(vertex => if (degrees(vertex) > 0) numbers(communityOf(vertex)) else -1).toArray
  }

  /**
   * Newman, Girvan, "Finding and evaluating community structure in networks", 2004:
   *
   *   modularity = sum over communities of (share of the weight inside - expected share of random edges)
   */
  private def modularity(graph: WeightedGraph, communityOf: Array[Int]): Double = {
    val communities = communityOf.maxOption.fold(0)(_ + 1)
    // At least 1, so that the modularity of a graph without edges is 0.
    val total = math.max(1L, graph.total).toDouble
    val (inside, totals) = (new Array[Long](communities), new Array[Long](communities))
    for (vertex <- 0 until graph.size) {
      val community = communityOf(vertex)
      totals(community) += graph.degrees(vertex)
      graph.foreach(vertex) { (target, weight) => if (communityOf(target) == community) inside(community) += weight }
    }
    inside.indices.map(community => inside(community) / total - math.pow(totals(community) / total, 2)).sum
  }
}
