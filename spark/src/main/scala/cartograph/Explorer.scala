package cartograph

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD

import Documents.{arr, obj}

/**
 * The files of the explorer: an index, and users and products in shards of about 256, so that a page reads one small file
 * for one user, however large the shop. See ExplorerIndex, ExplorerUsers and ExplorerProducts in lambdas/shared/summaries.ts.
 */
object Explorer {
  private val PerShard = 256
  private val HistoryShown = 50
  private val IndexUsers = 200
  private val IndexProducts = 5000
  /** Whoever bought less has little to show. */
  private val LeastProducts = 3

  def write(
      files: RunFiles,
      run: Int,
      vertices: RDD[Vertex],
      links: RDD[Link],
      counts: GraphCounts,
      because: Broadcast[Because]
  ): Seq[RunFile] = {
    val (userShards, productShards) = (shards(counts.users), shards(counts.products))
    val blocks = links.getNumPartitions
    val users = links.mapPartitions(Links.byUser(_).map { theirs =>
      val id = theirs.head.userId
      (RunTables.shardOf(id, userShards) -> id) -> userNode(theirs, because.value).toString
    })
    val products = vertices.filter(!_.isUser).map { product =>
      (RunTables.shardOf(product.id, productShards) -> product.id) -> productNode(product, because.value.table).toString
    }
    files.jsonShards("explorer/users", userShards, users, blocks) ++
      files.jsonShards("explorer/products", productShards, products, blocks) :+
      files.compactJson("explorer/index.json", index(run, userShards, productShards, vertices))
  }

  def named(id: String, name: Option[String]): com.fasterxml.jackson.databind.node.ObjectNode = obj("product" -> id, "name" -> name)

  private def shards(count: Long): Int = math.max(1, math.ceil(count.toDouble / PerShard).toInt)

  /** @param theirs all links of one user */
  private def userNode(theirs: Seq[Link], because: Because): JsonNode = {
    val (bought, listed) = theirs.partition(_.kind == LinkKind.Bought)
    val reasons = because.of(bought.toIndexedSeq, listed.map(_.product.number).distinct)
    def list(kind: LinkKind): JsonNode = arr(listed.filter(_.kind == kind).map { link =>
      named(link.product.id, link.product.name)
        .put("score", link.score)
        .set[JsonNode]("because", arr(reasons(link.product.number).map { case Reason(product, share) =>
          named(product.id, product.name).put("share", share)
        }))
    })
    val newest = bought.sortBy(link => (-link.bought.lastMs, link.product.number)).take(HistoryShown)
    obj(
      "history" -> arr(newest.map { link =>
        named(link.product.id, link.product.name).put("times", link.bought.count).put("lastMs", link.bought.lastMs)
      }),
      "any" -> list(LinkKind.RecommendedAny),
      "new" -> list(LinkKind.RecommendedNew)
    )
  }

  private def productNode(product: Vertex, table: NeighbourTable): JsonNode = obj(
    "name" -> product.name,
    "buyers" -> product.dealings.partners,
    "sales" -> product.dealings.sales,
    "firstMs" -> product.dealings.firstMs,
    "lastMs" -> product.dealings.lastMs,
    "recommendedAny" -> product.dealings.inAny,
    "recommendedNew" -> product.dealings.inNew,
    "community" -> product.community,
    "similar" -> arr(table.similarTo(product.number).map { edge =>
      val other = table.products(table.placeOf(edge.target))
      named(other.id, other.name).put("score", edge.score)
    })
  )

  private def index(run: Int, userShards: Int, productShards: Int, vertices: RDD[Vertex]): JsonNode = {
    // Mixed, for neighbouring ids are often alike; whoever bought several products comes first.
    val users = vertices.filter(_.isUser)
      .takeOrdered(IndexUsers)(Ordering.by(user => (user.dealings.partners < LeastProducts, scala.util.hashing.MurmurHash3.mix(11, user.number), user.number)))
    val products = vertices.filter(!_.isUser)
      .takeOrdered(IndexProducts)(Ordering.by(product => (-product.dealings.sales, product.number)))
    obj(
      "run" -> run,
      "userShards" -> userShards,
      "productShards" -> productShards,
      "users" -> arr(users.map(_.id).sorted),
      "products" -> arr(products.map(product => named(product.id, product.name)))
    )
  }
}
