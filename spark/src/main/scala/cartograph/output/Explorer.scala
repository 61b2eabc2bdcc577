package cartograph.output

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD

import cartograph.graph.{Explanations, Link, LinkKind, Links, NeighbourTable, Reason, RunGraph, Vertex}
import cartograph.platform.Documents.{arr, named, obj}
import cartograph.platform.{BlocksFile, Documents, FileParts, RunFile, RunFiles}
import cartograph.sales.Product

/**
 * The files of the explorer: sorted tables of users, products and product names, and an index.
 *
 * The tables are cut into small blocks that can be read one at a time, and the index says where each block starts. To show a
 * user, or to search by the start of an id or a name, a page reads the index and one or two blocks, in a shop of any size.
 * See ExplorerIndex, ExplorerUsers, ExplorerProducts and ExplorerNames in lambdas/shared/contract/explorer.ts.
 */
object Explorer {
  private val UsersPerBlock = 50
  private val ProductsPerBlock = 100
  private val NamesPerBlock = 500
  private val HistoryShown = 50
  /** Number of users and of products that are suggested before anything is typed. */
  private val Picks = 10
  /** Users who bought fewer products are suggested last, because they have little to show. */
  private val MinProducts = 3

  /**
   * A row of a table.
   *
   * @param key   unique within the table, which is sorted by it
   * @param names ids and names of the products in `value`; a block has each only once
   */
  private final case class Row(key: String, value: JsonNode, names: Iterable[(String, Option[String])])

  /** Writes the three tables, then the index. */
  def write(files: RunFiles, graph: RunGraph, explanations: Broadcast[Explanations]): Seq[RunFile] = {
    val productCount = graph.counts.products
    val products = graph.vertices.filter(!_.isUser).sortBy(_.number, numPartitions = FileParts.partsFor(productCount))
    val nameParts = FileParts.partsFor(SearchKeys.MaxKeys * productCount)
    // Links are sorted by user, and so are these rows.
    val userRows = graph.links.mapPartitions(Links.byUser(_).map(userRow(_, explanations.value)))
    val productRows = products.map(productRow(_, explanations.value.table))
    val nameRows = products
      .flatMap(keysOf)
      .sortBy({ case (key, _, _) => key }, numPartitions = nameParts)
      .map { case (key, id, name) => Row(key, Documents.text(id), Seq(id -> Some(name))) }
    val users = table(files, "explorer/users", userRows, UsersPerBlock)
    val byId = table(files, "explorer/products", productRows, ProductsPerBlock)
    val byName = table(files, "explorer/names", nameRows, NamesPerBlock)
    val index = obj(
      "run" -> graph.run,
      "users" -> partsNode(users),
      "products" -> partsNode(byId),
      "names" -> partsNode(byName),
      "picks" -> picks(graph.vertices)
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

  /** Makes the index of a table: ExplorerTable in lambdas/shared/contract/explorer.ts. */
  private[output] def partsNode(parts: Seq[BlocksFile]): JsonNode = arr(parts.map { part =>
    obj("file" -> part.file.name, "from" -> arr(part.blocks.map(_.from)), "sizes" -> arr(part.blocks.map(_.sizeBytes)))
  })

  private def nameOf(product: Product): (String, Option[String]) = product.id -> product.name

  /** @param links all links of one user */
  private def userRow(links: Seq[Link], explanations: Explanations): Row = {
    val (bought, listed) = links.partition(_.kind == LinkKind.Bought)
    val reasons = explanations.reasons(bought.toIndexedSeq, listed.map(_.product.number).distinct)
    def list(kind: LinkKind): JsonNode = arr(listed.filter(_.kind == kind).map { link =>
      obj(
        "product" -> link.product.id,
        "because" -> arr(reasons(link.product.number).map { case Reason(product, share) =>
          // Pages show hundredths. More digits would make up most of the size of a block.
          obj("product" -> product.id, "share" -> math.round(100 * share) / 100.0)
        })
      )
    })
    val newest = bought.sortBy(link => (-link.bought.lastMs, link.product.number)).take(HistoryShown)
    val history = newest.map { link =>
      obj("product" -> link.product.id, "times" -> link.bought.count, "lastMs" -> link.bought.lastMs)
    }
    val shown = newest.map(_.product) ++ listed.map(_.product) ++ reasons.values.flatten.map(_.product)
    val value = obj(
      "products" -> bought.size,
      "history" -> arr(history),
      "any" -> list(LinkKind.RecommendedAny),
      "new" -> list(LinkKind.RecommendedNew)
    )
    Row(links.head.userId, value, shown.map(nameOf))
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

  /**
   * Returns key, product id and name of each row of a product in the table of names. Among rows with the same search key, those
   * whose name starts with it come first; then they are sorted by product id.
   */
  private def keysOf(product: Vertex): Seq[(String, String, String)] = for {
    name <- product.name.toSeq
    (key, index) <- SearchKeys.of(name).zipWithIndex
  } yield (s"$key\t${math.min(index, 1)}\t${product.id}", product.id, name)

  /** Chooses the users and products that are suggested before anything is typed. */
  private def picks(vertices: RDD[Vertex]): JsonNode = {
    // Users with several products come first. They are shuffled by a hash, because users with similar ids are often alike.
    val users = vertices.filter(_.isUser)
      .takeOrdered(Picks)(Ordering.by(user =>
        (user.activity.partners < MinProducts, scala.util.hashing.MurmurHash3.mix(11, user.number), user.number)
      ))
    val products = vertices.filter(!_.isUser)
      .takeOrdered(Picks)(Ordering.by(product => (-product.activity.sales, product.number)))
    obj(
      "users" -> arr(users.map(_.id).sorted),
      "products" -> arr(products.map(product => named(product.id, product.name)))
    )
  }
}
