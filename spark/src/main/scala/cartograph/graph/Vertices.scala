package cartograph.graph

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

/**
 * The purchases and recommendations of a user or a product, added up.
 *
 * @param sales    number of purchases; a product in a basket of a user is one
 * @param partners number of distinct products that the user bought, or of users that bought the product
 * @param firstMs  time of the first purchase, epoch ms
 * @param lastMs   time of the last purchase, epoch ms
 * @param inAny    number of lists `any` that contain the product; 0 for users
 * @param inNew    number of lists `new` that contain the product; 0 for users
 */
final case class VertexActivity(sales: Long, partners: Int, firstMs: Long, lastMs: Long, inAny: Int, inNew: Int) {
  def +(other: VertexActivity): VertexActivity = VertexActivity(
    sales + other.sales,
    partners + other.partners,
    math.min(firstMs, other.firstMs),
    math.max(lastMs, other.lastMs),
    inAny + other.inAny,
    inNew + other.inNew
  )
}

/** A vertex with everything that the files contain about it. `id` and `name` are those of the sales. */
final case class Vertex(
    id: String,
    isUser: Boolean,
    name: Option[String],
    community: Option[Int],
    activity: VertexActivity,
    facts: VertexFacts
) {
  def typedId: String = if (isUser) VertexIds.ofUser(id) else VertexIds.ofProduct(id)
  def label: String = name.getOrElse(id)
  def degree: Int = facts.inDegree + facts.outDegree
  /** The number of the user or the product. */
  def number: Int = (facts.number / 2).toInt
}

object Vertices {
  /** A vertex before its measures are joined to it. */
  private final case class Found(id: String, name: Option[String], community: Int, activity: VertexActivity)

  /**
   * Joins the measures of all vertices with their ids, names and purchases.
   *
   * @param facts  one entry per vertex; vertices without a link are left out
   * @param blocks number of partitions of the result
   * @return one entry per vertex that has a link and an entry in `facts`, in no order; persisted
   */
  def of(links: RDD[Link], facts: RDD[VertexFacts], blocks: Int): RDD[Vertex] =
    links
      .mapPartitions(endsOf)
      .reduceByKey((a, b) => a.copy(activity = a.activity + b.activity), blocks)
      .join(facts.map(measures => measures.number -> measures), blocks)
      .map { case (number, (found, measures)) =>
        Vertex(
          id = found.id,
          isUser = number % 2 == 0,
          name = found.name,
          community = Option.when(found.community != Communities.NoCommunity)(found.community),
          activity = found.activity,
          facts = measures
        )
      }
      .setName("vertices")
      .persist(StorageLevel.MEMORY_AND_DISK)

  /** Adds up both ends of all links in a partition, by vertex number. */
  private def endsOf(links: Iterator[Link]): Iterator[(Long, Found)] = {
    val ends = scala.collection.mutable.LinkedHashMap.empty[Long, Found]
    def add(vertex: Long, first: => Found, activity: VertexActivity): Unit =
      ends(vertex) = ends.get(vertex).fold(first)(found => found.copy(activity = found.activity + activity))
    links.foreach { link =>
      val ofProduct = activity(link)
      val ofUser = ofProduct.copy(inAny = 0, inNew = 0)
      val product = link.product
      add(SalesGraph.userVertex(link.user), Found(link.userId, None, link.userCommunity, ofUser), ofUser)
      add(SalesGraph.productVertex(product.number), Found(product.id, product.name, link.productCommunity, ofProduct), ofProduct)
    }
    ends.iterator
  }

  private def activity(link: Link): VertexActivity = VertexActivity(
    sales = link.bought.count.toLong,
    partners = if (link.kind == LinkKind.Bought) 1 else 0,
    firstMs = link.bought.firstMs,
    lastMs = link.bought.lastMs,
    inAny = if (link.kind == LinkKind.RecommendedAny) 1 else 0,
    inNew = if (link.kind == LinkKind.RecommendedNew) 1 else 0
  )
}

/** Typed ids: a user and a product with the same id have different ones. */
object VertexIds {
  def ofUser(id: String): String = s"u:$id"
  /** Returns the user of a typed id; None if it is that of a product. */
  def userOf(typedId: String): Option[String] = Option.when(typedId.startsWith("u:"))(typedId.drop(2))
  def ofProduct(id: String): String = s"p:$id"
}
