package cartograph.output

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.graph.{Link, LinkKind, Vertex, VertexTotals}
import cartograph.platform.Documents.{arr, named, obj}
import cartograph.sales.Interaction

/** Small summaries, so that charts and pages do not need the large files. Schemas: lambdas/shared/contract/summaries.ts. */
object Summaries {
  private val TopProducts = 50
  private val ShownUsers = 5
  private val ShownPurchases = 10

  /** `summary/degrees.json`: number of users and of products by degree, degrees ascending. */
  def degrees(totals: VertexTotals): JsonNode = {
    def node(counts: Iterable[(Int, Long)]): JsonNode = arr(counts.toSeq.sorted.map { case (degree, count) =>
      obj("degree" -> degree, "vertices" -> count)
    })
    obj("users" -> node(totals.userDegrees), "products" -> node(totals.productDegrees))
  }

  /** `summary/products.json`: the products in most lists `any`, most lists first. */
  def products(vertices: RDD[Vertex], totals: VertexTotals): JsonNode = {
    val top = vertices
      .filter(vertex => !vertex.isUser && vertex.activity.inAny > 0)
      .takeOrdered(TopProducts)(Ordering.by(product => (-product.activity.inAny, product.number)))
    obj(
      "recommendations" -> totals.exposure.map { case (lists, products) => lists * products }.sum,
      "products" -> arr(top.map { product =>
        named(product.id, product.name)
          .put("recommendedTo", product.activity.inAny)
          .put("buyers", product.activity.partners)
          // Equal numbers of buyers share a rank: 1 plus the number of products with more buyers.
          .put("salesRank", 1 + totals.buyers.collect { case (buyers, n) if buyers > product.activity.partners => n }.sum)
      })
    )
  }

  /**
   * `summary/users.json`: the newest purchases and the recommendations of a few users, if possible with 5 to 20 products.
   *
   * @param purchases purchases and returns, in any order
   */
  def users(purchases: RDD[Interaction], vertices: RDD[Vertex], links: RDD[Link]): JsonNode = {
    val chosen = vertices.filter(vertex => vertex.isUser && vertex.activity.partners > 0)
      .takeOrdered(ShownUsers)(Ordering.by(user => (if (isMiddling(user)) 0 else 1, user.number)))
      .map(_.id)
    val wanted = chosen.toSet
    // Bounded: all links of five users, at most one per product and kind.
    val linksOf = links.filter(link => wanted.contains(link.userId)).collect().groupBy(_.userId)
    val purchasesOf = newestPurchases(purchases, wanted)
    obj("users" -> arr(chosen.map(user => userNode(user, linksOf(user), purchasesOf.getOrElse(user, Vector.empty)))))
  }

  /** Returns the newest purchases and returns of each user, newest first, at most [[ShownPurchases]]; of each partition as many are collected. */
  private def newestPurchases(purchases: RDD[Interaction], users: Set[String]): Map[String, Vector[Interaction]] =
    purchases
      .filter(sale => users.contains(sale.user))
      .mapPartitions(_.toVector.groupBy(_.user).iterator.map { case (user, sales) => user -> newest(sales) })
      .collect()
      .groupMapReduce { case (user, _) => user } { case (_, sales) => sales }((a, b) => newest(a ++ b))

  private def newest(sales: Vector[Interaction]): Vector[Interaction] =
    sales.sortBy(sale => (-sale.atMs, sale.product, sale.address)).take(ShownPurchases)

  /** A user with few products shows little, and one with many is not typical. */
  private def isMiddling(user: Vertex): Boolean = user.activity.partners >= 5 && user.activity.partners <= 20

  private def userNode(user: String, links: Array[Link], purchases: Vector[Interaction]): JsonNode = {
    val names = links.map(link => link.product.id -> link.product.name).toMap
    obj(
      "user" -> user,
      "bought" -> arr(purchases.map { sale =>
        named(sale.product, names.getOrElse(sale.product, sale.productName)).put("quantity", sale.quantity).put("atMs", sale.atMs)
      }),
      "recommended" -> arr(links.filter(_.kind != LinkKind.Bought).map { link =>
        obj(
          "list" -> LinkKind.listName(link.kind),
          "rank" -> link.rank,
          "product" -> link.product.id,
          "name" -> link.product.name,
          "score" -> link.score
        )
      })
    )
  }
}
