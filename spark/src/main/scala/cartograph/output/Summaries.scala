package cartograph.output

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.graph.{Link, LinkKind, Vertex, VertexTotals}
import cartograph.platform.Documents.{arr, named, obj}
import cartograph.sales.Interaction

/** The smallest of the documents that are drawn and shown, so that nobody has to read the large files for that. */
object Summaries {
  private val TopProducts = 50
  private val ShownPeople = 5
  private val ShownPurchases = 10

  /** How many users and products have which degree, degrees ascending. */
  def degrees(totals: VertexTotals): JsonNode = {
    def of(counts: Iterable[(Int, Long)]): JsonNode = arr(counts.toSeq.sorted.map { case (degree, count) =>
      obj("degree" -> degree, "vertices" -> count)
    })
    obj("users" -> of(totals.userDegrees), "products" -> of(totals.productDegrees))
  }

  /** The products that stand in most lists `any`, most first. */
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
          // One more than the products with more buyers.
          .put("salesRank", 1 + totals.buyers.filter(_._1 > product.activity.partners).values.sum)
      })
    )
  }

  /** A few users with a history of middling length: what they bought last and what they are recommended. */
  def users(interactions: RDD[Interaction], vertices: RDD[Vertex], links: RDD[Link]): JsonNode = {
    val chosen = vertices.filter(vertex => vertex.isUser && vertex.activity.partners > 0)
      .takeOrdered(ShownPeople)(Ordering.by(user => (if (isMiddling(user)) 0 else 1, user.number)))
      .map(_.id)
    val wanted = chosen.toSet
    val theirs = links.filter(link => wanted.contains(link.userId)).collect().groupBy(_.userId)
    val purchases = interactions.filter(sale => wanted.contains(sale.user)).collect().groupBy(_.user)
    obj("users" -> arr(chosen.map(user => userNode(user, theirs(user), purchases.getOrElse(user, Array.empty)))))
  }

  private def isMiddling(user: Vertex): Boolean = user.activity.partners >= 5 && user.activity.partners <= 20

  private def userNode(user: String, links: Array[Link], purchases: Array[Interaction]): JsonNode = {
    val names = links.map(link => link.product.id -> link.product.name).toMap
    val bought = purchases.sortBy(sale => (-sale.atMs, sale.product, sale.address)).take(ShownPurchases)
    obj(
      "user" -> user,
      "bought" -> arr(bought.map { sale =>
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
