package cartograph

import org.apache.spark.rdd.RDD

/**
 * @param placed   edges between a user and a product that both have a community
 * @param crossing those of them whose communities differ
 */
final case class GraphCounts(
    users: Long,
    products: Long,
    bought: Long,
    recommendedAny: Long,
    recommendedNew: Long,
    similar: Long,
    placed: Long,
    crossing: Long
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
    keep(mostBought, community, more, VertexTotals.NamedProducts)(product => (-product.dealings.sales, product.number))
  private def keepRecommended(community: Int, more: Vector[Vertex]): Unit =
    keep(mostRecommended, community, more, VertexTotals.PicturedProducts)(product => (-product.dealings.inAny.toLong, product.number))

  private def add(vertex: Vertex): Unit = {
    count(if (vertex.isUser) userDegrees else productDegrees, vertex.degree)
    vertex.community.foreach(count(if (vertex.isUser) usersIn else productsIn, _))
    if (!vertex.isUser) {
      count(exposure, vertex.dealings.inAny)
      count(buyers, vertex.dealings.partners)
      if (vertex.dealings.inAny + vertex.dealings.inNew == 0) never += 1
      val community = vertex.community.getOrElse(Communities.Without)
      if (community < VertexTotals.LargestCommunities) {
        keepBought(community, Vector(vertex))
        if (vertex.dealings.inAny > 0) keepRecommended(community, Vector(vertex))
      }
    }
  }

  private def add(other: VertexTotals): Unit = {
    Seq[VertexTotals => scala.collection.mutable.HashMap[Int, Long]](_.userDegrees, _.productDegrees, _.exposure, _.buyers, _.usersIn, _.productsIn)
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

  def of(totals: VertexTotals, links: RDD[Link], table: NeighbourTable): GraphCounts = {
    val sums = links.mapPartitions { part =>
      val counts = new Array[Long](5)
      part.foreach { link =>
        counts(link.kind.order) += 1
        if (link.userCommunity != Communities.Without && link.community != Communities.Without) {
          counts(3) += 1
          if (link.userCommunity != link.community) counts(4) += 1
        }
      }
      Iterator.single(counts)
    }.fold(new Array[Long](5))((a, b) => a.zip(b).map { case (x, y) => x + y })
    GraphCounts(totals.users, totals.products, sums(0), sums(1), sums(2), table.similar.length.toLong, sums(3), sums(4))
  }
}
