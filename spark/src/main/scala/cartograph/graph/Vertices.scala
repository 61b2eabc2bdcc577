package cartograph.graph

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

/**
 * What the links say of a user or a product.
 *
 * @param sales    purchases, a line per basket, user and product
 * @param partners distinct products that the user bought, or users that bought the product
 * @param firstMs  of the first purchase; `lastMs` of the last
 * @param inAny    of a product: lists `any` that it stands in; `inNew` lists `new`
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

/** A vertex with everything that is told of it; `id` and `name` as in the sales. */
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
  /** Of the user or the product. */
  def number: Int = (facts.number / 2).toInt
}

object Vertices {
  private final case class Known(id: String, name: Option[String], community: Int, activity: VertexActivity)

  /** @param facts of all vertices with an edge */
  def of(links: RDD[Link], facts: RDD[VertexFacts], blocks: Int): RDD[Vertex] =
    links
      .mapPartitions(known)
      .reduceByKey((a, b) => a.copy(activity = a.activity + b.activity), blocks)
      .join(facts.map(of => of.number -> of), blocks)
      .map { case (number, (of, found)) =>
        Vertex(
          of.id,
          number % 2 == 0,
          of.name,
          Option.when(of.community != Communities.Without)(of.community),
          of.activity,
          found
        )
      }
      .setName("vertices")
      .persist(StorageLevel.MEMORY_AND_DISK)

  /** Both ends of all links of a partition, added up there. */
  private def known(links: Iterator[Link]): Iterator[(Long, Known)] = {
    val found = scala.collection.mutable.LinkedHashMap.empty[Long, Known]
    def add(vertex: Long, of: => Known, activity: VertexActivity): Unit =
      found(vertex) = found.get(vertex).fold(of)(known => known.copy(activity = known.activity + activity))
    links.foreach { link =>
      val one = activity(link)
      val asUser = one.copy(inAny = 0, inNew = 0)
      add(SalesGraph.userVertex(link.user), Known(link.userId, None, link.userCommunity, asUser), asUser)
      add(SalesGraph.productVertex(link.product.number), Known(link.product.id, link.product.name, link.community, one), one)
    }
    found.iterator
  }

  private def activity(link: Link): VertexActivity = VertexActivity(
    link.bought.count.toLong,
    if (link.kind == LinkKind.Bought) 1 else 0,
    link.bought.firstMs,
    link.bought.lastMs,
    if (link.kind == LinkKind.RecommendedAny) 1 else 0,
    if (link.kind == LinkKind.RecommendedNew) 1 else 0
  )
}

/** Ids of vertices. Users and products share no id space. */
object VertexIds {
  def ofUser(id: String): String = s"u:$id"
  def ofProduct(id: String): String = s"p:$id"
}
