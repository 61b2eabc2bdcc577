package cartograph.sales

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.parquet.example.data.Group
import org.apache.parquet.schema.{MessageType, MessageTypeParser}

import cartograph.platform.Parquets

/** Parquet files of interactions: batches from accumulate, and the compacted files of a run. */
object InteractionFiles {

  /** The columns of INTERACTION_COLUMNS in lambdas/shared/contract/schemas.ts. */
  val Schema: MessageType = MessageTypeParser.parseMessageType(
    """message interaction {
      |  required binary source (UTF8);
      |  required binary topic (UTF8);
      |  required int32 kafka_partition;
      |  required int64 kafka_offset;
      |  required int64 kafka_ms;
      |  required binary user (UTF8);
      |  required binary product (UTF8);
      |  required double quantity;
      |  required int64 at_ms;
      |  required binary type (UTF8);
      |  optional binary order_id (UTF8);
      |  optional double price;
      |  optional binary product_name (UTF8);
      |  optional binary sale_id (UTF8);
      |}""".stripMargin
  )

  /**
   * Reads one batch or compacted file, row by row. Files of version 0.2 and earlier have no column `sale_id`.
   *
   * @throws IllegalArgumentException if the file is missing or has other columns; the message names it
   */
  def read(path: Path, configuration: Configuration): Iterator[Interaction] =
    Parquets.read(path, configuration, "interactions")(toInteraction)

  private def toInteraction(row: Group): Interaction = {
    def text(column: String): String = row.getBinary(column, 0).toStringUsingUTF8
    def isSet(column: String): Boolean = row.getFieldRepetitionCount(column) > 0
    def hasColumn(column: String): Boolean = row.getType.containsField(column)
    Interaction(
      Address(
        text("source").intern,
        text("topic").intern,
        row.getInteger("kafka_partition", 0),
        row.getLong("kafka_offset", 0),
        row.getLong("kafka_ms", 0)
      ),
      user = text("user"),
      product = text("product"),
      quantity = row.getDouble("quantity", 0),
      atMs = row.getLong("at_ms", 0),
      kind = text("type").intern,
      orderId = Option.when(isSet("order_id"))(text("order_id")),
      price = Option.when(isSet("price"))(row.getDouble("price", 0)),
      productName = Option.when(isSet("product_name"))(text("product_name")),
      saleId = Option.when(hasColumn("sale_id") && isSet("sale_id"))(text("sale_id"))
    )
  }

  /** Sets the columns of a record of [[Schema]]. */
  def fill(row: Group, interaction: Interaction): Unit = {
    val address = interaction.address
    row.append("source", address.source).append("topic", address.topic)
    row.append("kafka_partition", address.partition).append("kafka_offset", address.offset)
    row.append("kafka_ms", address.kafkaMs)
    row.append("user", interaction.user).append("product", interaction.product)
    row.append("quantity", interaction.quantity).append("at_ms", interaction.atMs).append("type", interaction.kind)
    interaction.orderId.foreach(row.append("order_id", _))
    interaction.price.foreach(row.append("price", _))
    interaction.productName.foreach(row.append("product_name", _))
    interaction.saleId.foreach(row.append("sale_id", _))
  }
}
