package cartograph.graph

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
   * Neighbours of every vertex, ascending; both directions of an edge stand in it. A loop stands once, with twice the
   * weight of the edges inside.
   */
  private final case class Weighted(starts: Array[Int], targets: Array[Int], weights: Array[Long]) {
    val size: Int = starts.length - 1
    val degrees: Array[Long] = Array.tabulate(size)(vertex => sumOf(starts(vertex), starts(vertex + 1)))
    val total: Long = degrees.sum

    private def sumOf(from: Int, until: Int): Long = {
      var (sum, arc) = (0L, from)
      while (arc < until) {
        sum += weights(arc)
        arc += 1
      }
      sum
    }

    def foreach(vertex: Int)(body: (Int, Long) => Unit): Unit = {
      var arc = starts(vertex)
      while (arc < starts(vertex + 1)) {
        body(targets(arc), weights(arc))
        arc += 1
      }
    }
  }

  /** @param edges between two different vertices, of weights above 0; several between the same two add up, whatever their direction */
  def communities(vertices: Int, edges: Seq[(Int, Int, Long)]): Found = {
    val both = edges.flatMap { case (a, b, weight) => Seq(a -> (b -> weight), b -> (a -> weight)) }.groupMap(_._1)(_._2)
    val graph =
      gathered(vertices)((vertex, add) => both.getOrElse(vertex, Nil).foreach { case (other, weight) => add(other, weight) })
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

  /** @param each hands over the neighbours of a vertex, in any order, several times each */
  private def gathered(vertices: Int)(each: (Int, (Int, Long) => Unit) => Unit): Weighted = {
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
    Weighted(counts.scanLeft(0)(_ + _), targets.result(), weights.result())
  }

  private def contracted(graph: Weighted, of: Array[Int], communities: Int): Weighted = {
    val members = Array.fill(communities)(Array.newBuilder[Int])
    of.indices.foreach(vertex => members(of(vertex)) += vertex)
    val sorted = members.map(_.result())
    gathered(communities)((community, add) =>
      sorted(community).foreach(graph.foreach(_)((target, weight) => add(of(target), weight)))
    )
  }

  private def moved(graph: Weighted): Array[Int] = {
    val of = Array.range(0, graph.size)
    val totals = graph.degrees.clone()
    // By community: the weight of the edges from the vertex that has its turn. Communities that it touches are noted.
    val linked = new Array[Long](graph.size)
    val touched = new Array[Int](graph.size)
    def settle(vertex: Int): Boolean = {
      var count = 0
      graph.foreach(vertex) { (target, weight) =>
        if (target != vertex) {
          if (linked(of(target)) == 0) {
            touched(count) = of(target)
            count += 1
          }
          linked(of(target)) += weight
        }
      }
      val (home, degree) = (of(vertex), graph.degrees(vertex))
      totals(home) -= degree
      // Times the weight of all edges: what joining a community adds to the modularity, but for what is the same for all.
      def gain(community: Int): Double = linked(community).toDouble - degree.toDouble * totals(community) / graph.total
      val least = LeastGain * graph.total
      java.util.Arrays.sort(touched, 0, count)
      var (best, bestGain, at) = (home, gain(home), 0)
      while (at < count) {
        val found = gain(touched(at))
        if (found > bestGain + least) {
          best = touched(at)
          bestGain = found
        }
        at += 1
      }
      of(vertex) = best
      totals(best) += degree
      while (at > 0) {
        at -= 1
        linked(touched(at)) = 0
      }
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
