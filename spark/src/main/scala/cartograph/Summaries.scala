package cartograph

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import Documents.{arr, obj}

/** The small documents that are drawn and shown, so that nobody has to read the large files for that. */
object Summaries {
  private val ShownProducts = 30
  private val UsersPerProduct = 3
  private val ShownUsers = 70
  private val ShownRank = 3
  private val TopProducts = 50
  private val ShownPeople = 5
  private val ShownPurchases = 10

  /** The part of the recommendation graph to show; see GraphSummary in lambdas/shared/schemas.ts. */
  def graph(vertices: RDD[Vertex], links: RDD[Link]): JsonNode = {
    val top = links
      .filter(link => link.kind == LinkKind.RecommendedAny && link.rank <= ShownRank)
      .map(link => (link.product.number, link))
    val products = top
      .mapValues(_ => 1L)
      .reduceByKey(_ + _)
      .takeOrdered(ShownProducts)(Ordering.by { case (number, count) => (-count, number) })
      .map(_._1)
      .toSet
    val candidates = top.values.filter(link => products.contains(link.product.number))
    val users = chooseUsers(candidates)
    val edges = candidates.filter(link => users.contains(link.user)).collect().sortBy(link => (link.user, link.rank))
    val ids = edges.flatMap(link => Seq(RunTables.userId(link.userId), RunTables.productId(link.product.id))).toSet
    val shown = vertices.filter(vertex => ids.contains(vertex.id)).collect().sortBy(_.id)
    val counts = vertices.map(vertex => (if (vertex.isUser) 1L else 0L, 1L)).fold((0L, 0L))((a, b) => (a._1 + b._1, a._2 + b._2))
    obj(
      "vertices" -> counts._2,
      "edges" -> links.filter(_.kind != LinkKind.RecommendedNew).count(),
      "users" -> counts._1,
      "products" -> (counts._2 - counts._1),
      "components" -> vertices.map(_.facts.component).distinct().count(),
      "chosen" -> (s"The $ShownProducts products that stand most often among the first $ShownRank of a list, " +
        s"for each up to $UsersPerProduct of the users it suits best"),
      "shown" -> obj(
        "vertices" -> arr(shown.map(vertexNode)),
        "edges" -> arr(edges.map { link =>
          obj(
            "source" -> RunTables.userId(link.userId),
            "target" -> RunTables.productId(link.product.id),
            "rank" -> link.rank,
            "score" -> link.score
          )
        })
      )
    )
  }

  /** For each product the users with the highest scores; the products take turns until there are enough. */
  private def chooseUsers(candidates: RDD[Link]): Set[Int] = {
    val best = candidates
      .map(link => link.product.number -> Vector(link))
      .reduceByKey((a, b) => (a ++ b).sortBy(link => (-link.score, link.user)).take(UsersPerProduct))
      .collect()
      .sortBy(_._1)
      .map(_._2.sortBy(link => (-link.score, link.user)))
    (0 until UsersPerProduct).flatMap(turn => best.flatMap(_.lift(turn))).map(_.user).distinct.take(ShownUsers).toSet
  }

  private def vertexNode(vertex: Vertex): JsonNode = obj(
    "id" -> vertex.id,
    "label" -> vertex.label,
    "degree" -> vertex.degree,
    "inDegree" -> vertex.facts.inDegree,
    "outDegree" -> vertex.facts.outDegree,
    "pageRank" -> vertex.facts.pageRank,
    "component" -> vertex.facts.component
  )

  /** How many users and products have which degree, degrees ascending. */
  def degrees(vertices: RDD[Vertex]): JsonNode = {
    val counts = vertices.map(vertex => (vertex.isUser, vertex.degree)).countByValue().toSeq.sortBy(_._1._2)
    def of(isUser: Boolean): JsonNode = arr(counts.collect { case ((`isUser`, degree), count) =>
      obj("degree" -> degree, "vertices" -> count)
    })
    obj("users" -> of(isUser = true), "products" -> of(isUser = false))
  }

  /** The products that stand in most lists `any`, most first. */
  def products(shop: Shop, links: RDD[Link]): JsonNode = {
    val counts = links.filter(_.kind == LinkKind.RecommendedAny).map(link => link.product -> 1L).reduceByKey(_ + _)
    val top = counts.takeOrdered(TopProducts)(Ordering.by { case (product, count) => (-count, product.number) })
    val total = counts.values.fold(0L)(_ + _)
    val wanted = top.map { case (product, _) => (product.buyers, product.number) }
    // Rank by sales: one more than the products with more buyers.
    val ahead = shop.products
      .map(other => wanted.map { case (buyers, _) => if (other.buyers > buyers) 1L else 0L })
      .fold(new Array[Long](wanted.length))((a, b) => a.zip(b).map { case (x, y) => x + y })
    obj(
      "recommendations" -> total,
      "products" -> arr(top.zip(ahead).map { case ((product, count), better) =>
        obj(
          "product" -> product.id,
          "name" -> product.name,
          "recommendedTo" -> count,
          "buyers" -> product.buyers,
          "salesRank" -> (better + 1)
        )
      })
    )
  }

  /** A few users with a history of middling length: what they bought last and what they are recommended. */
  def users(interactions: RDD[Interaction], links: RDD[Link]): JsonNode = {
    val sizes = links.filter(_.kind == LinkKind.Bought).map(link => (link.user, link.userId) -> 1).reduceByKey(_ + _)
    val chosen = sizes
      .takeOrdered(ShownPeople)(Ordering.by { case ((user, _), size) => (if (size >= 5 && size <= 20) 0 else 1, user) })
      .map(_._1._2)
    val wanted = chosen.toSet
    val theirs = links.filter(link => wanted.contains(link.userId)).collect().groupBy(_.userId)
    val purchases = interactions.filter(sale => wanted.contains(sale.user)).collect().groupBy(_.user)
    obj("users" -> arr(chosen.map { user =>
      val labels = theirs(user).map(link => link.product.id -> link.product.name).toMap
      val bought = purchases.getOrElse(user, Array.empty)
        .sortBy(sale => (-sale.atMs, sale.product, sale.address))
        .take(ShownPurchases)
      obj(
        "user" -> user,
        "bought" -> arr(bought.map { sale =>
          obj(
            "product" -> sale.product,
            "name" -> labels.getOrElse(sale.product, sale.productName),
            "quantity" -> sale.quantity,
            "atMs" -> sale.atMs
          )
        }),
        "recommended" -> arr(theirs(user).filter(_.kind != LinkKind.Bought).map { link =>
          obj(
            "list" -> RunTables.listName(link.kind),
            "rank" -> link.rank,
            "product" -> link.product.id,
            "name" -> link.product.name,
            "score" -> link.score
          )
        })
      )
    }))
  }
}
