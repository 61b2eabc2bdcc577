package cartograph.graph

import scala.collection.mutable

import cartograph.lists.Ranking

/**
 * How many edges lead from one community to another. Only edges count whose two ends have a community.
 *
 * @param edges    number of such edges
 * @param crossing number of those whose ends are in different communities
 * @param byChance expected number of crossing edges if the same sources and targets were paired at random
 */
final case class Crossings(edges: Long, crossing: Long, byChance: Double)

/** Counts the edges of one kind. It is mutable and holds two counts per community at most, which are at most 16,384. */
private[cartograph] final class CrossingTally extends Serializable {
  private var allEdges = 0L
  private var crossing = 0L
  /** Edges whose two ends have a community: by the community of their source, and by that of their target. */
  private val (sources, targets) = (mutable.HashMap.empty[Int, Long], mutable.HashMap.empty[Int, Long])

  def add(sourceCommunity: Int, targetCommunity: Int): Unit = {
    allEdges += 1
    if (sourceCommunity != Communities.NoCommunity && targetCommunity != Communities.NoCommunity) {
      increase(sources, sourceCommunity, 1)
      increase(targets, targetCommunity, 1)
      if (sourceCommunity != targetCommunity) crossing += 1
    }
  }

  def +(other: CrossingTally): CrossingTally = {
    val sum = new CrossingTally
    Seq(this, other).foreach { tally =>
      sum.allEdges += tally.allEdges
      sum.crossing += tally.crossing
      tally.sources.foreach { case (community, edges) => increase(sum.sources, community, edges) }
      tally.targets.foreach { case (community, edges) => increase(sum.targets, community, edges) }
    }
    sum
  }

  private def increase(counts: mutable.HashMap[Int, Long], community: Int, edges: Long): Unit =
    counts(community) = counts.getOrElse(community, 0L) + edges

  /** Number of all edges, with or without communities. */
  def edges: Long = allEdges

  /**
   * Compares with chance. If sources and targets were paired at random, an edge from community c would lead to c as often as any
   * edge does:
   *
   *   byChance = edges - sum over communities c of sources(c) * targets(c) / edges
   */
  def crossings: Crossings = {
    val edges = sources.values.sum
    // Sorted, because a sum of fractions depends on the order.
    val staying = sources.toSeq.sorted.map { case (community, count) => count.toDouble * targets.getOrElse(community, 0L) }.sum
    Crossings(edges, crossing, if (edges == 0) 0 else Ranking.rounded(edges - staying / edges))
  }
}
