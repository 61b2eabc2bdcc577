package cartograph.platform

import java.io.FileNotFoundException

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.parquet.column.ParquetProperties
import org.apache.parquet.example.data.Group
import org.apache.parquet.hadoop.ParquetReader
import org.apache.parquet.hadoop.api.ReadSupport
import org.apache.parquet.hadoop.example.{ExampleParquetWriter, GroupReadSupport}
import org.apache.parquet.hadoop.metadata.CompressionCodecName
import org.apache.parquet.schema.MessageType

/**
 * Parquet files, one at a time, each read or written by one task.
 *
 * Spark SQL would read them too, but planning and generating code costs more than these jobs take, and its writer names
 * files by chance, while an attempt's files shall have the same names each time.
 */
object Parquets {

  /**
   * Columns of text of any such file; the others are not read.
   *
   * @throws IllegalArgumentException as [[read]]
   */
  def readTexts(path: Path, configuration: Configuration, columns: Seq[String]): Iterator[Seq[String]] = {
    val only = new Configuration(configuration)
    only.set(
      ReadSupport.PARQUET_READ_SCHEMA,
      columns.map(column => s"required binary $column (UTF8);").mkString("message row { ", " ", " }")
    )
    read(path, only, columns.mkString(", "))(row => columns.map(row.getBinary(_, 0).toStringUsingUTF8))
  }

  /**
   * Reads a file row by row.
   *
   * @param what the rows are, for the message
   * @throws IllegalArgumentException if the file is missing or is not such a file; the message names it
   */
  def read[Row](path: Path, configuration: Configuration, what: String)(toRow: Group => Row): Iterator[Row] = {
    val reader =
      try ParquetReader.builder(new GroupReadSupport, path).withConf(configuration).build()
      catch failure(path, what)
    val rows = Iterator.continually(try reader.read()
    catch failure(path, what)).takeWhile(_ != null).map(toRow)
    new Iterator[Row] {
      def hasNext: Boolean = rows.hasNext || { reader.close(); false }
      def next(): Row =
        try rows.next()
        catch failure(path, what)
    }
  }

  private def failure(path: Path, what: String): PartialFunction[Throwable, Nothing] = {
    case cause: FileNotFoundException =>
      throw new IllegalArgumentException(
        s"Cannot read $path: a window or a manifest names it, but there is no such object",
        cause
      )
    case cause: RuntimeException =>
      throw new IllegalArgumentException(s"Cannot read $path: it is not a Parquet file of $what", cause)
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
