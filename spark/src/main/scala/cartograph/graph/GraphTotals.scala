package cartograph.graph

import org.apache.spark.rdd.RDD

import cartograph.lists.Ranking

/**
 * Edges whose both ends have a community.
 *
 * @param crossing those of them whose communities differ
 * @param byChance how many would cross if the same beginnings and ends were paired at random
 */
final case class Crossings(edges: Long, crossing: Long, byChance: Double)

/** How many there are of everything; of edges by kind, all of them and those between communities. */
final case class GraphCounts(
    users: Long,
    products: Long,
    bought: Long,
    recommendedAny: Long,
    recommendedNew: Long,
    similar: Long,
    crossingsBought: Crossings,
    crossingsAny: Crossings,
    crossingsNew: Crossings,
    crossingsSimilar: Crossings
) {
  def vertices: Long = users + products
  def recommended: Long = recommendedAny + recommendedNew
  def edges: Long = bought + recommended + similar
}

/**
 * What is counted over all vertices in one pass. Everything is bounded: by how many different degrees there can be, and by
 * the 16,384 products that communities are made of.
 */
final class VertexTotals extends Serializable {
  private def counts[Key] = scala.collection.mutable.HashMap.empty[Key, Long]

  /** By degree: vertices. */
  val userDegrees: scala.collection.mutable.HashMap[Int, Long] = counts
  val productDegrees: scala.collection.mutable.HashMap[Int, Long] = counts
  /** By the lists `any` that a product stands in: products. */
  val exposure: scala.collection.mutable.HashMap[Int, Long] = counts
  /** By the number of buyers: products. */
  val buyers: scala.collection.mutable.HashMap[Int, Long] = counts
  val usersIn: scala.collection.mutable.HashMap[Int, Long] = counts
  val productsIn: scala.collection.mutable.HashMap[Int, Long] = counts
  /** By community, of the largest: its products, most bought first, and most recommended first. */
  val mostBought: scala.collection.mutable.HashMap[Int, Vector[Vertex]] = scala.collection.mutable.HashMap.empty
  val mostRecommended: scala.collection.mutable.HashMap[Int, Vector[Vertex]] = scala.collection.mutable.HashMap.empty
  private var never = 0L

  /** Products with a buyer that stand in no list. */
  def neverRecommended: Long = never
  def users: Long = userDegrees.values.sum
  def products: Long = productDegrees.values.sum

  private def count[Key](of: scala.collection.mutable.HashMap[Key, Long], key: Key, by: Long = 1): Unit =
    of(key) = of.getOrElse(key, 0L) + by

  private def keep(of: scala.collection.mutable.HashMap[Int, Vector[Vertex]], community: Int, more: Vector[Vertex], kept: Int)(
      order: Vertex => (Long, Int)
  ): Unit = of(community) = (of.getOrElse(community, Vector.empty) ++ more).sortBy(order).take(kept)

  private def keepBought(community: Int, more: Vector[Vertex]): Unit =
    keep(mostBought, community, more, VertexTotals.NamedProducts)(product => (-product.activity.sales, product.number))
  private def keepRecommended(community: Int, more: Vector[Vertex]): Unit =
    keep(mostRecommended, community, more, VertexTotals.PicturedProducts)(product =>
      (-product.activity.inAny.toLong, product.number)
    )

  private def add(vertex: Vertex): Unit = {
    count(if (vertex.isUser) userDegrees else productDegrees, vertex.degree)
    vertex.community.foreach(count(if (vertex.isUser) usersIn else productsIn, _))
    if (!vertex.isUser) {
      count(exposure, vertex.activity.inAny)
      count(buyers, vertex.activity.partners)
      if (vertex.activity.inAny + vertex.activity.inNew == 0) never += 1
      val community = vertex.community.getOrElse(Communities.Without)
      if (community < VertexTotals.LargestCommunities) {
        keepBought(community, Vector(vertex))
        if (vertex.activity.inAny > 0) keepRecommended(community, Vector(vertex))
      }
    }
  }

  private def add(other: VertexTotals): Unit = {
    Seq[VertexTotals => scala.collection.mutable.HashMap[Int, Long]](
      _.userDegrees,
      _.productDegrees,
      _.exposure,
      _.buyers,
      _.usersIn,
      _.productsIn
    )
      .foreach(pick => pick(other).foreach { case (key, by) => count(pick(this), key, by) })
    other.mostBought.foreach { case (community, products) => keepBought(community, products) }
    other.mostRecommended.foreach { case (community, products) => keepRecommended(community, products) }
    never += other.neverRecommended
  }
}

object VertexTotals {
  val LargestCommunities = 20
  val NamedProducts = 5
  val PicturedProducts = 30

  def of(vertices: RDD[Vertex]): VertexTotals = {
    val all = new VertexTotals
    vertices.mapPartitions { part =>
      val totals = new VertexTotals
      part.foreach(totals.add)
      Iterator.single(totals)
    }.collect().foreach(all.add)
    all
  }
}

object GraphCounts {
  /** For a sentence: 1,234,567 wherever the machine stands. */
  def told(count: Long): String = "%,d".formatLocal(java.util.Locale.ROOT, count)

  def of(totals: VertexTotals, links: RDD[Link], table: NeighbourTable, communities: Communities): GraphCounts = {
    val byKind = links.mapPartitions { part =>
      val sums = LinkKind.all.map(_ => new Tally).toArray
      part.foreach(link => sums(link.kind.order).add(link.userCommunity, link.community))
      Iterator.single(sums)
    }.fold(LinkKind.all.map(_ => new Tally).toArray)((a, b) => a.zip(b).map { case (x, y) => x + y })
    val similar = new Tally
    table.similar.foreach(edge =>
      similar.add(communities.ofSimilar(table.placeOf(edge.source)), communities.ofSimilar(table.placeOf(edge.target)))
    )
    val (bought, any, fresh) =
      (byKind(LinkKind.Bought.order), byKind(LinkKind.RecommendedAny.order), byKind(LinkKind.RecommendedNew.order))
    GraphCounts(
      totals.users,
      totals.products,
      bought.edges,
      any.edges,
      fresh.edges,
      similar.edges,
      bought.crossings,
      any.crossings,
      fresh.crossings,
      similar.crossings
    )
  }

  /** Counts edges of one kind. */
  private[cartograph] final class Tally extends Serializable {
    private var all = 0L
    private var crossing = 0L
    /** Of the edges whose both ends have a community, by that of the one end and of the other; at most 16,384 each. */
    private val (from, to) =
      (scala.collection.mutable.HashMap.empty[Int, Long], scala.collection.mutable.HashMap.empty[Int, Long])

    def add(community: Int, other: Int): Unit = {
      all += 1
      if (community != Communities.Without && other != Communities.Without) {
        from(community) = from.getOrElse(community, 0L) + 1
        to(other) = to.getOrElse(other, 0L) + 1
        if (community != other) crossing += 1
      }
    }

    def +(other: Tally): Tally = {
      val sum = new Tally
      Seq(this, other).foreach { one =>
        sum.all += one.all
        sum.crossing += one.crossing
        one.from.foreach { case (community, edges) => sum.from(community) = sum.from.getOrElse(community, 0L) + edges }
        one.to.foreach { case (community, edges) => sum.to(community) = sum.to.getOrElse(community, 0L) + edges }
      }
      sum
    }

    def edges: Long = all

    /** By chance an edge from community c leads to c as often as edges lead there at all: sum over c of from(c) · to(c) / edges stay. */
    def crossings: Crossings = {
      val edges = from.values.sum
      // In order, for sums of fractions depend on it.
      val staying = from.toSeq.sorted.map { case (community, count) => count.toDouble * to.getOrElse(community, 0L) }.sum
      Crossings(edges, crossing, if (edges == 0) 0 else Ranking.rounded(edges - staying / edges))
    }
  }
}
