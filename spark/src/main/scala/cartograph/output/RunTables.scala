package cartograph.output

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8

import org.apache.parquet.schema.{MessageType, MessageTypeParser}
import org.apache.spark.HashPartitioner
import org.apache.spark.rdd.RDD

import cartograph.features.Factors
import cartograph.graph.{Link, LinkKind}
import cartograph.lists.RecommendationFiles
import cartograph.platform.{Csv, FileParts, Hashes, RunFile, RunFiles}
import cartograph.sales.{Interaction, InteractionFiles, Shop}

/**
 * Writes the tables of a run: compacted interactions, recommendations and model.
 *
 * @param blocks number of partitions of the compacted interactions and of the model's products
 */
final class RunTables(files: RunFiles, blocks: Int) {
  import RunTables.{ProductSchema, UserSchema, shardOf}

  /**
   * Writes the interactions that no earlier run has compacted, in `blocks` files, each sorted by address.
   *
   * @param uncompacted sorted by address within each partition
   */
  def compacted(uncompacted: RDD[Interaction]): Seq[RunFile] = {
    // They were read into as many partitions as all rows need, repeats included.
    val inBlocks =
      if (uncompacted.getNumPartitions == blocks) uncompacted
      else uncompacted.map(sale => sale.address -> sale).repartitionAndSortWithinPartitions(new HashPartitioner(blocks)).values
    files.parquet("compacted/part", InteractionFiles.Schema, inBlocks)(InteractionFiles.fill)
  }

  /**
   * Writes one row per user, list and rank, in this order, as CSV and as Parquet. The Parquet files are shards: the rows of a
   * user are in the file whose number is [[RunTables.shardOf]].
   *
   * @param count number of recommendations among the links
   */
  def recommendations(links: RDD[Link], count: Long): Seq[RunFile] = {
    val rows = links.filter(_.kind != LinkKind.Bought)
    val texts = FileParts.inParts(rows, count).map { link =>
      Seq(link.userId, link.product.id, LinkKind.listName(link.kind), link.rank.toString, Csv.decimal(link.score))
    }
    val csv = files.csv("recommendations", Seq("user", "product", "list", "rank", "score"), texts)
    val shards = FileParts.partsFor(count)
    val sharded = rows
      .map(link => shardOf(link.userId, shards) -> link)
      .partitionBy(new HashPartitioner(shards))
      .values
      .mapPartitions(_.toArray.sortBy(link => (link.user, link.kind.order, link.rank)).iterator)
    csv ++ files.parquet("recommendations/part", RecommendationFiles.Schema, sharded) { (row, link) =>
      row.append("user", link.userId).append("product", link.product.id).append("list", LinkKind.listName(link.kind))
      row.append("rank", link.rank).append("score", link.score)
    }
  }

  /** Writes the model: factor and number of buyers of every product, sorted by number, and the number of every user. */
  def model(shop: Shop, factors: Factors): Seq[RunFile] = {
    val products = shop.products
      .map(product => product.number -> product)
      .leftOuterJoin(factors.products, blocks)
      .values
      .sortBy({ case (product, _) => product.number }, numPartitions = FileParts.partsFor(shop.productCount))
    val productFiles = files.parquet("model/products", ProductSchema, products) { case (row, (product, factor)) =>
      row.append("number", product.number).append("product", product.id).append("buyers", product.buyers)
      product.name.foreach(row.append("name", _))
      val list = row.addGroup("factor")
      factor.foreach(_.foreach(value => list.addGroup("list").append("element", value)))
    }
    val users = FileParts.inParts(shop.users, shop.userCount)
    productFiles ++ files.parquet("model/users", UserSchema, users) { case (row, (number, id)) =>
      row.append("number", number).append("user", id)
    }
  }
}

object RunTables {
  /** Returns the shard of an id: the first four bytes of its SHA-256, without the sign bit, modulo the number of shards. */
  def shardOf(id: String, shards: Int): Int =
    (ByteBuffer.wrap(Hashes.sha256(id.getBytes(UTF_8))).getInt & Int.MaxValue) % shards

  private def schema(text: String): MessageType = MessageTypeParser.parseMessageType(text)

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
