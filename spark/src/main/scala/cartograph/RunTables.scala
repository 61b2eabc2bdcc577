package cartograph

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8

import org.apache.parquet.schema.{MessageType, MessageTypeParser}
import org.apache.spark.HashPartitioner
import org.apache.spark.rdd.RDD

/** Writes the tables of a run: compacted interactions, recommendations and model. */
final class RunTables(files: RunFiles, blocks: Int) {
  import RunTables._

  /** One file per block, in the order of addresses. */
  def compacted(fresh: RDD[Interaction]): Seq[RunFile] =
    files.parquet("compacted/part", Parquets.InteractionSchema, fresh)(Parquets.fill)

  /** One row per user, list and rank; in that order. */
  def recommendations(links: RDD[Link], count: Long): Seq[RunFile] = {
    val rows = links.filter(_.kind != LinkKind.Bought)
    val csv = files.csv(
      "recommendations",
      Seq("user", "product", "list", "rank", "score"),
      inParts(rows, count).map(link => Seq(link.userId, link.product.id, listName(link.kind), link.rank.toString, decimal(link.score)))
    )
    val shards = math.max(1, math.ceil(count.toDouble / RowsPerFile).toInt)
    val sharded = rows
      .map(link => shardOf(link.userId, shards) -> link)
      .partitionBy(new HashPartitioner(shards))
      .values
      .mapPartitions(_.toArray.sortBy(link => (link.user, link.kind.order, link.rank)).iterator)
    csv ++ files.parquet("recommendations/part", RecommendationSchema, sharded) { (row, link) =>
      row.append("user", link.userId).append("product", link.product.id).append("list", listName(link.kind))
      row.append("rank", link.rank).append("score", link.score)
    }
  }

  /** What serving needs: a factor and the popularity of every product, and the number of every user. */
  def model(shop: Shop, factors: Factors): Seq[RunFile] = {
    val products = shop.products
      .map(product => product.number -> product)
      .leftOuterJoin(factors.products, blocks)
      .values
    val productFiles = files.parquet("model/products", ProductSchema, ordered(products, shop.productCount)(_._1.number)) {
      case (row, (product, factor)) =>
        row.append("number", product.number).append("product", product.id).append("buyers", product.buyers)
        product.name.foreach(row.append("name", _))
        val list = row.addGroup("factor")
        factor.foreach(_.foreach(value => list.addGroup("list").append("element", value)))
    }
    productFiles ++ files.parquet("model/users", UserSchema, inParts(shop.users, shop.userCount)) { case (row, (number, id)) =>
      row.append("number", number).append("user", id)
    }
  }

  private def ordered[Row, Key: Ordering: scala.reflect.ClassTag](rows: RDD[Row], count: Long)(
      key: Row => Key
  ): RDD[Row] = rows.sortBy(key, numPartitions = partsFor(count))
}

object RunTables {
  val RowsPerFile = 1000000

  def partsFor(rows: Long): Int = math.max(1, math.ceil(rows.toDouble / RowsPerFile).toInt)

  /** Rows that are in order already, in as few partitions as the size of a file allows. */
  def inParts[Row](rows: RDD[Row], count: Long): RDD[Row] =
    if (partsFor(count) >= rows.getNumPartitions) rows else rows.coalesce(partsFor(count), shuffle = false, Some(InOrder))

  /** Users and products share no id space. */
  def userId(id: String): String = s"u:$id"
  def productId(id: String): String = s"p:$id"

  def listName(kind: LinkKind): String = if (kind == LinkKind.RecommendedNew) "new" else "any"

  /** The shard of a user or a product: the first four bytes of the SHA-256 of the id, without the sign, modulo the number of shards. */
  def shardOf(id: String, shards: Int): Int =
    (ByteBuffer.wrap(Hashes.sha256(id.getBytes(UTF_8))).getInt & Int.MaxValue) % shards

  /** Six decimals at most, never an exponent. */
  def decimal(value: Double): String =
    java.math.BigDecimal.valueOf(value).setScale(6, java.math.RoundingMode.HALF_UP).stripTrailingZeros.toPlainString

  private def schema(text: String): MessageType = MessageTypeParser.parseMessageType(text)

  private val RecommendationSchema = schema(
    """message recommendation {
      |  required binary user (UTF8);
      |  required binary product (UTF8);
      |  required binary list (UTF8);
      |  required int32 rank;
      |  required double score;
      |}""".stripMargin
  )
  private val ProductSchema = schema(
    """message product {
      |  required int32 number;
      |  required binary product (UTF8);
      |  optional binary name (UTF8);
      |  required int64 buyers;
      |  required group factor (LIST) { repeated group list { required float element; } }
      |}""".stripMargin
  )
  private val UserSchema = schema("message user { required int32 number; required binary user (UTF8); }")
}

/** Joins neighbouring partitions in their order. Spark's own choice looks at where data lies and may change the order. */
private object InOrder extends org.apache.spark.rdd.PartitionCoalescer with Serializable {
  override def coalesce(maxPartitions: Int, parent: RDD[_]): Array[org.apache.spark.rdd.PartitionGroup] = {
    val partitions = parent.partitions
    val size = math.ceil(partitions.length.toDouble / maxPartitions).toInt
    partitions.grouped(math.max(1, size)).map { neighbours =>
      val group = new org.apache.spark.rdd.PartitionGroup()
      group.partitions ++= neighbours
      group
    }.toArray
  }
}
