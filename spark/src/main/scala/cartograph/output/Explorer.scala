package cartograph.output

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD

import cartograph.graph.{Explanations, GraphCounts, Link, LinkKind, Links, NeighbourTable, Reason, Vertex}
import cartograph.platform.Documents.{arr, named, obj}
import cartograph.platform.{BlocksFile, Documents, FileParts, RunFile, RunFiles}
import cartograph.sales.Product

/**
 * The files of the explorer: tables of users, of products and of products by name, each sorted and cut into small blocks
 * that are read one by one, and an index that says which block begins with what. A page reads the index and a block or
 * two for one user, and finds by the beginning of an id or a name, however large the shop. See ExplorerIndex,
 * ExplorerUsers, ExplorerProducts and ExplorerNames in lambdas/shared/contract/explorer.ts.
 */
object Explorer {
  private val UsersPerBlock = 50
  private val ProductsPerBlock = 100
  private val NamesPerBlock = 500
  private val HistoryShown = 50
  /** Users and products to pick from before anything is typed. */
  private val Picks = 10
  /** Whoever bought less has little to show. */
  private val LeastProducts = 3

  /**
   * A row of a table.
   *
   * @param key   unique, and in order
   * @param names of the products that the value names by id; a block tells each once
   */
  private final case class Row(key: String, value: JsonNode, names: Iterable[(String, Option[String])])

  def write(
      files: RunFiles,
      run: Int,
      vertices: RDD[Vertex],
      links: RDD[Link],
      counts: GraphCounts,
      explanations: Broadcast[Explanations]
  ): Seq[RunFile] = {
    val products = vertices.filter(!_.isUser).sortBy(_.number, numPartitions = FileParts.partsFor(counts.products))
    val nameParts = FileParts.partsFor(SearchKeys.Beginnings * counts.products)
    // Links are in the order of users, so these rows are.
    val userRows = links.mapPartitions(Links.byUser(_).map(userRow(_, explanations.value)))
    val productRows = products.map(productRow(_, explanations.value.table))
    val nameRows = products.flatMap(keysOf).sortBy(_._1, numPartitions = nameParts).map((nameRow _).tupled)
    val users = table(files, "explorer/users", userRows, UsersPerBlock)
    val byId = table(files, "explorer/products", productRows, ProductsPerBlock)
    val byName = table(files, "explorer/names", nameRows, NamesPerBlock)
    val index = obj(
      "run" -> run,
      "users" -> partsNode(users),
      "products" -> partsNode(byId),
      "names" -> partsNode(byName),
      "picks" -> picks(vertices)
    )
    (users ++ byId ++ byName).map(_.file) :+ files.compactJson("explorer/index.json", index)
  }

  private def table(files: RunFiles, name: String, rows: RDD[Row], perBlock: Int): Seq[BlocksFile] =
    files.jsonBlocks(name, rows, perBlock)(_.key) { block =>
      val names = block.flatMap(_.names).collect { case (id, Some(label)) => id -> label }.distinct.sorted
      obj(
        "names" -> arr(names.map { case (id, label) => arr(Seq(id, label)) }),
        "rows" -> arr(block.map(row => arr(Seq(row.key, row.value))))
      )
    }

  private def partsNode(parts: Seq[BlocksFile]): JsonNode = arr(parts.map { part =>
    obj("file" -> part.file.name, "from" -> arr(part.blocks.map(_.from)), "sizes" -> arr(part.blocks.map(_.sizeBytes)))
  })

  private def nameOf(product: Product): (String, Option[String]) = product.id -> product.name

  /** @param theirs all links of one user */
  private def userRow(theirs: Seq[Link], explanations: Explanations): Row = {
    val (bought, listed) = theirs.partition(_.kind == LinkKind.Bought)
    val reasons = explanations.of(bought.toIndexedSeq, listed.map(_.product.number).distinct)
    def list(kind: LinkKind): JsonNode = arr(listed.filter(_.kind == kind).map { link =>
      obj(
        "product" -> link.product.id,
        "because" -> arr(reasons(link.product.number).map { case Reason(product, share) =>
          // A hundredth is what is shown; digits that nobody sees are most of a block's size.
          obj("product" -> product.id, "share" -> math.round(100 * share) / 100.0)
        })
      )
    })
    val newest = bought.sortBy(link => (-link.bought.lastMs, link.product.number)).take(HistoryShown)
    val history = newest.map { link =>
      obj("product" -> link.product.id, "times" -> link.bought.count, "lastMs" -> link.bought.lastMs)
    }
    val shown = newest.map(_.product) ++ listed.map(_.product) ++ reasons.values.flatten.map(_.product)
    Row(
      theirs.head.userId,
      obj(
        "products" -> bought.size,
        "history" -> arr(history),
        "any" -> list(LinkKind.RecommendedAny),
        "new" -> list(LinkKind.RecommendedNew)
      ),
      shown.map(nameOf)
    )
  }

  private def productRow(product: Vertex, table: NeighbourTable): Row = {
    val similar = table.similarTo(product.number).map(edge => table.products(table.placeOf(edge.target)) -> edge.score)
    val value = obj(
      "buyers" -> product.activity.partners,
      "sales" -> product.activity.sales,
      "firstMs" -> product.activity.firstMs,
      "lastMs" -> product.activity.lastMs,
      "recommendedAny" -> product.activity.inAny,
      "recommendedNew" -> product.activity.inNew,
      "community" -> product.community,
      "similar" -> arr(similar.map { case (other, score) => obj("product" -> other.id, "score" -> score) })
    )
    Row(product.id, value, (product.id -> product.name) +: similar.map { case (other, _) => nameOf(other) }.toSeq)
  }

  /** Under what a product is found by its name; of equal keys those that the name begins with come first, then by product. */
  private def keysOf(product: Vertex): Seq[(String, String, String)] = for {
    name <- product.name.toSeq
    (key, at) <- SearchKeys.of(name).zipWithIndex
  } yield (s"$key\t${math.min(at, 1)}\t${product.id}", product.id, name)

  private def nameRow(key: String, id: String, name: String): Row = Row(key, Documents.text(id), Seq(id -> Some(name)))

  private def picks(vertices: RDD[Vertex]): JsonNode = {
    // Mixed, for neighbouring ids are often alike; whoever bought several products comes first.
    val users = vertices.filter(_.isUser)
      .takeOrdered(Picks)(Ordering.by(user =>
        (user.activity.partners < LeastProducts, scala.util.hashing.MurmurHash3.mix(11, user.number), user.number)
      ))
    val products = vertices.filter(!_.isUser)
      .takeOrdered(Picks)(Ordering.by(product => (-product.activity.sales, product.number)))
    obj(
      "users" -> arr(users.map(_.id).sorted),
      "products" -> arr(products.map(product => named(product.id, product.name)))
    )
  }
}
