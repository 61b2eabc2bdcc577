package cartograph.graph

import scala.collection.mutable

import org.apache.spark.rdd.RDD

/**
 * Everything that is counted over all vertices in one pass. It changes only while `VertexTotals.of` builds it. Its size is
 * bounded by the number of distinct degrees and by the number of communities, which is at most 16,384.
 */
final class VertexTotals extends Serializable {
  private def noCounts: mutable.HashMap[Int, Long] = mutable.HashMap.empty

  /** Number of users by degree. */
  val userDegrees: mutable.HashMap[Int, Long] = noCounts
  /** Number of products by degree. */
  val productDegrees: mutable.HashMap[Int, Long] = noCounts
  /** Number of products by the number of lists `any` that contain them. */
  val exposure: mutable.HashMap[Int, Long] = noCounts
  /** Number of products by their number of buyers. */
  val buyers: mutable.HashMap[Int, Long] = noCounts
  /** Number of users by community. */
  val usersIn: mutable.HashMap[Int, Long] = noCounts
  /** Number of products by community. */
  val productsIn: mutable.HashMap[Int, Long] = noCounts
  /** The products with most sales by community, best first; for the largest communities and for products without one. */
  val mostBought: mutable.HashMap[Int, Vector[Vertex]] = mutable.HashMap.empty
  /** The products in most lists `any` by community, best first; for the same communities. */
  val mostRecommended: mutable.HashMap[Int, Vector[Vertex]] = mutable.HashMap.empty
  private var unlisted = 0L

  /** Number of products that are in no list. */
  def neverRecommended: Long = unlisted
  def users: Long = userDegrees.values.sum
  def products: Long = productDegrees.values.sum

  private def count(counts: mutable.HashMap[Int, Long], key: Int, by: Long = 1): Unit =
    counts(key) = counts.getOrElse(key, 0L) + by

  private def keepBought(community: Int, more: Vector[Vertex]): Unit =
    mostBought(community) = (mostBought.getOrElse(community, Vector.empty) ++ more)
      .sortBy(product => (-product.activity.sales, product.number))
      .take(VertexTotals.NamedProducts)

  private def keepRecommended(community: Int, more: Vector[Vertex]): Unit =
    mostRecommended(community) = (mostRecommended.getOrElse(community, Vector.empty) ++ more)
      .sortBy(product => (-product.activity.inAny, product.number))
      .take(VertexTotals.PicturedProducts)

  private def add(vertex: Vertex): Unit = {
    count(if (vertex.isUser) userDegrees else productDegrees, vertex.degree)
    vertex.community.foreach(count(if (vertex.isUser) usersIn else productsIn, _))
    if (!vertex.isUser) {
      count(exposure, vertex.activity.inAny)
      count(buyers, vertex.activity.partners)
      if (vertex.activity.inAny + vertex.activity.inNew == 0) unlisted += 1
      val community = vertex.community.getOrElse(Communities.NoCommunity)
      if (community < VertexTotals.LargestCommunities) {
        keepBought(community, Vector(vertex))
        if (vertex.activity.inAny > 0) keepRecommended(community, Vector(vertex))
      }
    }
  }

  private def add(other: VertexTotals): Unit = {
    val allCounts = Seq[VertexTotals => mutable.HashMap[Int, Long]](
      _.userDegrees,
      _.productDegrees,
      _.exposure,
      _.buyers,
      _.usersIn,
      _.productsIn
    )
    allCounts.foreach(counts => counts(other).foreach { case (key, by) => count(counts(this), key, by) })
    other.mostBought.foreach { case (community, products) => keepBought(community, products) }
    other.mostRecommended.foreach { case (community, products) => keepRecommended(community, products) }
    unlisted += other.neverRecommended
  }
}

object VertexTotals {
  val LargestCommunities: Int = 20
  /** Products per community in `graph.json`. */
  val NamedProducts: Int = 5
  /** Products per community from which `summary/graph.json` chooses. */
  val PicturedProducts: Int = 30

  def of(vertices: RDD[Vertex]): VertexTotals = {
    val all = new VertexTotals
    // One bounded object per partition reaches the driver.
    vertices.mapPartitions { part =>
      val totals = new VertexTotals
      part.foreach(totals.add)
      Iterator.single(totals)
    }.collect().foreach(all.add)
    all
  }
}
