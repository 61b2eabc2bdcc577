package cartograph

/**
 * Communities of an undirected weighted graph: Blondel, Guillaume, Lambiotte, Lefebvre, "Fast unfolding of communities in
 * large networks", 2008. Deterministic: vertices take turns in their order, and move only to what is strictly better;
 * of equally good communities to the one of the smaller number. Weights are whole, so that sums do not depend on an order.
 */
object Louvain {

  /** @param of community of every vertex; -1 where it has no edge. Numbered from 0, in the order of their first vertices */
  final case class Found(of: Array[Int], modularity: Double)

  /** Rounds over all vertices in which some may still move. */
  private val MaxRounds = 100
  /** A better place is better by more than a rounding, in parts of the weight of all edges. */
  private val LeastGain = 1e-12

  /**
   * Neighbours of every vertex; both directions of an edge stand in it. A loop stands once, with twice the weight of the
   * edges inside.
   */
  private final case class Weighted(starts: Array[Int], targets: Array[Int], weights: Array[Long]) {
    val size: Int = starts.length - 1
    val degrees: Array[Long] = Array.tabulate(size)(vertex => (starts(vertex) until starts(vertex + 1)).map(weights(_)).sum)
    val total: Long = degrees.sum
  }

  /** @param edges between two different vertices; several between the same two add up, whatever their direction */
  def communities(vertices: Int, edges: Seq[(Int, Int, Long)]): Found = {
    val graph = weighted(vertices, edges.flatMap { case (a, b, weight) => Seq((a, b, weight), (b, a, weight)) })
    val whole = merged(graph, Array.range(0, vertices))
    Found(numbered(whole, graph.degrees), modularity(graph, whole))
  }

  /** Moves vertices until nothing gets better, makes every community a vertex, and begins again. */
  @scala.annotation.tailrec
  private def merged(graph: Weighted, of: Array[Int]): Array[Int] = {
    val places = moved(graph)
    val names = places.distinct.zipWithIndex.toMap
    if (names.size == graph.size) of
    else {
      val dense = places.map(names)
      merged(contracted(graph, dense, names.size), of.map(dense(_)))
    }
  }

  private def weighted(vertices: Int, arcs: Seq[(Int, Int, Long)]): Weighted = {
    val sums = scala.collection.mutable.HashMap.empty[Long, Long]
    arcs.foreach { case (from, to, weight) =>
      val key = from.toLong << 32 | to
      sums(key) = sums.getOrElse(key, 0L) + weight
    }
    val keys = sums.keys.toArray.sorted
    val counts = new Array[Int](vertices)
    keys.foreach(key => counts((key >> 32).toInt) += 1)
    Weighted(counts.scanLeft(0)(_ + _), keys.map(_.toInt), keys.map(sums))
  }

  private def contracted(graph: Weighted, of: Array[Int], communities: Int): Weighted = weighted(
    communities,
    (0 until graph.size).flatMap { vertex =>
      (graph.starts(vertex) until graph.starts(vertex + 1)).map(arc => (of(vertex), of(graph.targets(arc)), graph.weights(arc)))
    }
  )

  private def moved(graph: Weighted): Array[Int] = {
    val of = Array.range(0, graph.size)
    val totals = graph.degrees.clone()
    val linked = new Array[Long](graph.size)
    def settle(vertex: Int): Boolean = {
      val arcs = graph.starts(vertex) until graph.starts(vertex + 1)
      arcs.foreach(arc => if (graph.targets(arc) != vertex) linked(of(graph.targets(arc))) += graph.weights(arc))
      val (home, degree) = (of(vertex), graph.degrees(vertex))
      totals(home) -= degree
      // Times the weight of all edges: what joining a community adds to the modularity, but for what is the same for all.
      def gain(community: Int): Double = linked(community).toDouble - degree.toDouble * totals(community) / graph.total
      val candidates = arcs.map(arc => of(graph.targets(arc))).distinct.sorted
      val best = candidates.foldLeft(home)((best, other) => if (gain(other) > gain(best) + LeastGain * graph.total) other else best)
      of(vertex) = best
      totals(best) += degree
      arcs.foreach(arc => linked(of(graph.targets(arc))) = 0)
      linked(home) = 0
      best != home
    }
    // Counted, for all of a round shall move.
    Iterator.continually((0 until graph.size).count(settle)).take(MaxRounds).find(_ == 0)
    of
  }

  private def numbered(of: Array[Int], degrees: Array[Long]): Array[Int] = {
    val names = of.indices.filter(degrees(_) > 0).map(of(_)).distinct.zipWithIndex.toMap
    of.indices.map(vertex => if (degrees(vertex) > 0) names(of(vertex)) else -1).toArray
  }

  /** Newman, Girvan 2004: the share of weight inside communities, less what chance would put there. */
  private def modularity(graph: Weighted, of: Array[Int]): Double = {
    val communities = of.maxOption.fold(0)(_ + 1)
    // Nothing is expected by chance where there is nothing.
    val total = math.max(1L, graph.total).toDouble
    val (inside, totals) = (new Array[Long](communities), new Array[Long](communities))
    for (vertex <- 0 until graph.size) {
      totals(of(vertex)) += graph.degrees(vertex)
      for (arc <- graph.starts(vertex) until graph.starts(vertex + 1) if of(graph.targets(arc)) == of(vertex))
        inside(of(vertex)) += graph.weights(arc)
    }
    inside.indices.map { community =>
      inside(community) / total - math.pow(totals(community) / total, 2)
    }.sum
  }
}
