package cartograph.platform

import java.io.FileNotFoundException

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.parquet.column.ParquetProperties
import org.apache.parquet.conf.HadoopParquetConfiguration
import org.apache.parquet.example.data.Group
import org.apache.parquet.hadoop.ParquetReader
import org.apache.parquet.hadoop.api.ReadSupport
import org.apache.parquet.hadoop.example.{ExampleParquetWriter, GroupReadSupport}
import org.apache.parquet.hadoop.metadata.CompressionCodecName
import org.apache.parquet.hadoop.util.HadoopInputFile
import org.apache.parquet.schema.MessageType

/**
 * Parquet files, one at a time, each read or written by one task.
 *
 * Spark SQL is not used: its planning and code generation take longer than these jobs, and its writer gives files random
 * names, while an attempt must write the same names each time.
 */
object Parquets {

  /**
   * Reads some text columns of a file. Other columns are not decoded.
   *
   * @param columns names of required UTF-8 columns; each row has their values in this order
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
   * Reads a file row by row, and closes it after the last row: read all rows, or the file stays open until the task ends.
   *
   * @param rowsName a plural noun for the error message, such as "interactions"
   * @throws IllegalArgumentException if the file is missing, is not a Parquet file, or has other columns; the message names it
   */
  def read[Row](path: Path, configuration: Configuration, rowsName: String)(toRow: Group => Row): Iterator[Row] = {
    val reader =
      try new GroupReaderBuilder(path, configuration).build()
      catch failure(path, rowsName)
    // The reader returns null after the last row.
    def readGroup(): Group =
      try reader.read()
      catch failure(path, rowsName)
    val rows = Iterator.continually(readGroup()).takeWhile(_ != null).map(toRow)
    new Iterator[Row] {
      def hasNext: Boolean = rows.hasNext || { reader.close(); false }
      def next(): Row =
        try rows.next()
        catch failure(path, rowsName)
    }
  }

  /** Unlike `ParquetReader.builder` of a path, it does not first load Hadoop's default settings, which takes 20 ms a file. */
  private final class GroupReaderBuilder(path: Path, configuration: Configuration)
      extends ParquetReader.Builder[Group](
        HadoopInputFile.fromPath(path, configuration),
        new HadoopParquetConfiguration(configuration)
      ) {
    override protected def getReadSupport: ReadSupport[Group] = new GroupReadSupport
  }

  private def failure(path: Path, rowsName: String): PartialFunction[Throwable, Nothing] = {
    case cause: FileNotFoundException =>
      throw new IllegalArgumentException(
        s"Cannot read $path: a window or a manifest names it, but there is no such object",
        cause
      )
    case cause: RuntimeException =>
      throw new IllegalArgumentException(s"Cannot read $path: it is not a Parquet file of $rowsName", cause)
  }

  /**
   * Writes rows to a file. The same rows in the same order give the same bytes.
   *
   * @return the number of rows
   */
  def write[Row](path: Path, schema: MessageType, configuration: Configuration, rows: Iterator[Row])(
      fill: (Group, Row) => Unit
  ): Long = {
    val writer = ExampleParquetWriter.builder(path)
      .withType(schema)
      .withConf(configuration)
      .withCompressionCodec(CompressionCodecName.ZSTD)
      // One encoding per column keeps the bytes equal: the footer lists several in hash-set order, which differs between JVMs.
      .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_2_0)
      .withDictionaryEncoding(false)
      .build()
    try
      rows.foldLeft(0L) { (count, row) =>
        val group = new org.apache.parquet.example.data.simple.SimpleGroup(schema)
        fill(group, row)
        writer.write(group)
        count + 1
      }
    finally writer.close()
  }
}
