package cartograph

import java.io.FileNotFoundException

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.parquet.column.ParquetProperties
import org.apache.parquet.example.data.Group
import org.apache.parquet.hadoop.ParquetReader
import org.apache.parquet.hadoop.api.ReadSupport
import org.apache.parquet.hadoop.example.{ExampleParquetWriter, GroupReadSupport}
import org.apache.parquet.hadoop.metadata.CompressionCodecName
import org.apache.parquet.schema.{MessageType, MessageTypeParser}

/**
 * Parquet files, one at a time, each read or written by one task.
 *
 * Spark SQL would read them too, but planning and generating code costs more than these jobs take, and its writer names
 * files by chance, while an attempt's files shall have the same names each time.
 */
object Parquets {

  /** Columns as in INTERACTION_COLUMNS of lambdas/shared/schemas.ts. */
  val InteractionSchema: MessageType = MessageTypeParser.parseMessageType(
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
      |}""".stripMargin
  )

  /**
   * Reads one batch or compacted part.
   *
   * @throws IllegalArgumentException if the file is missing or is not such a file; the message names it
   */
  def readInteractions(path: Path, configuration: Configuration): Iterator[Interaction] =
    read(path, configuration, "interactions")(toInteraction)

  /** One row of a run's lists, as RunTables writes them. */
  final case class Recommendation(user: String, product: String, list: String, rank: Int, score: Double)

  /** @throws IllegalArgumentException as [[readInteractions]] */
  def readRecommendations(path: Path, configuration: Configuration): Iterator[Recommendation] =
    read(path, configuration, "recommendations") { row =>
      def text(column: String): String = row.getBinary(column, 0).toStringUsingUTF8
      Recommendation(text("user"), text("product"), text("list").intern, row.getInteger("rank", 0), row.getDouble("score", 0))
    }

  /**
   * Columns of text of any such file; the others are not read.
   *
   * @throws IllegalArgumentException as [[readInteractions]]
   */
  def readTexts(path: Path, configuration: Configuration, columns: Seq[String]): Iterator[Seq[String]] = {
    val only = new Configuration(configuration)
    only.set(ReadSupport.PARQUET_READ_SCHEMA, columns.map(column => s"required binary $column (UTF8);").mkString("message row { ", " ", " }"))
    read(path, only, columns.mkString(", "))(row => columns.map(row.getBinary(_, 0).toStringUsingUTF8))
  }

  private def read[Row](path: Path, configuration: Configuration, what: String)(toRow: Group => Row): Iterator[Row] = {
    val reader =
      try ParquetReader.builder(new GroupReadSupport, path).withConf(configuration).build()
      catch failure(path, what)
    val rows = Iterator.continually(try reader.read() catch failure(path, what)).takeWhile(_ != null).map(toRow)
    new Iterator[Row] {
      def hasNext: Boolean = rows.hasNext || { reader.close(); false }
      def next(): Row = try rows.next() catch failure(path, what)
    }
  }

  private def failure(path: Path, what: String): PartialFunction[Throwable, Nothing] = {
    case cause: FileNotFoundException =>
      throw new IllegalArgumentException(s"Cannot read $path: a window or a manifest names it, but there is no such object", cause)
    case cause: RuntimeException =>
      throw new IllegalArgumentException(s"Cannot read $path: it is not a Parquet file of $what", cause)
  }

  private def toInteraction(row: Group): Interaction = {
    def text(column: String): String = row.getBinary(column, 0).toStringUsingUTF8
    def isSet(column: String): Boolean = row.getFieldRepetitionCount(column) > 0
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
      productName = Option.when(isSet("product_name"))(text("product_name"))
    )
  }

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
  }

  /** Writes rows to a file; the same rows in the same order give the same bytes. */
  def write[Row](path: Path, schema: MessageType, configuration: Configuration, rows: Iterator[Row])(
      fill: (Group, Row) => Unit
  ): Unit = {
    val writer = ExampleParquetWriter.builder(path)
      .withType(schema)
      .withConf(configuration)
      .withCompressionCodec(CompressionCodecName.ZSTD)
      // One encoding per column: the footer lists several in the order of a hash set, which each JVM makes anew.
      .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_2_0)
      .withDictionaryEncoding(false)
      .build()
    try
      rows.foreach { row =>
        val group = new org.apache.parquet.example.data.simple.SimpleGroup(schema)
        fill(group, row)
        writer.write(group)
      }
    finally writer.close()
  }
}
