package cartograph.platform

import java.io.{BufferedWriter, OutputStream, OutputStreamWriter}
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files
import java.security.{DigestOutputStream, MessageDigest}

import com.fasterxml.jackson.databind.JsonNode
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.parquet.example.data.Group
import org.apache.parquet.schema.MessageType
import org.apache.spark.rdd.RDD
import org.apache.spark.util.SerializableConfiguration

/** A file that the run wrote. `name` is its path below `runs/N/K/`. */
final case class RunFile(name: String, key: String, sizeBytes: Long, rows: Long, sha256: String)

/**
 * Writes the files of one attempt. Names and bytes depend only on the data, so a repeated task writes the same file again.
 *
 * @param root   the lake, `s3://BUCKET` or `file:///DIRECTORY`
 * @param prefix the key prefix of the attempt, `runs/N/K/`
 */
final class RunFiles(root: String, prefix: String, configuration: SerializableConfiguration) extends Serializable {

  /** Writes an indented JSON document. */
  def json(name: String, document: JsonNode): RunFile =
    writeText(name, Documents.toText(document))

  /** Writes a JSON document without spaces, for large documents. */
  def compactJson(name: String, document: JsonNode): RunFile =
    writeText(name, s"$document\n")

  /**
   * Writes one CSV file per partition: `name.csv` if there is one partition, otherwise `name-00000.csv` and so on. Only the
   * description of each file reaches the driver.
   *
   * Every file has a header. The format is RFC 4180 in UTF-8, with LF line ends.
   *
   * @return the files in the order of partitions
   */
  def csv(name: String, header: Seq[String], rows: RDD[Seq[String]]): Seq[RunFile] = {
    val parts = rows.getNumPartitions
    rows.mapPartitionsWithIndex { (part, partRows) =>
      val partName = if (parts == 1) s"$name.csv" else f"$name-$part%05d.csv"
      Iterator.single(write(partName)(writeLines(_, Csv.line(header), partRows.map(Csv.line), last = "")))
    }.collect().toSeq
  }

  /**
   * Writes one Parquet file per partition, `name-00000.parquet` and so on. Empty partitions also get a file. Only the
   * description of each file reaches the driver.
   *
   * @param fill sets the columns of a record from a row
   * @return the files in the order of partitions
   */
  def parquet[Row](name: String, schema: MessageType, rows: RDD[Row])(fill: (Group, Row) => Unit): Seq[RunFile] = {
    // Tasks parse the text again, because a MessageType cannot be serialised.
    val schemaText = schema.toString
    rows.mapPartitionsWithIndex { (part, partRows) =>
      // Parquet's writer opens its file itself. It writes to the local disk, so that the bytes then pass through `write`.
      val directory = Files.createTempDirectory("cartograph")
      val file = directory.resolve("part.parquet")
      try {
        val parsed = org.apache.parquet.schema.MessageTypeParser.parseMessageType(schemaText)
        val count = Parquets.write(new Path(file.toUri), parsed, RunFiles.localDisk, partRows)(fill)
        Iterator.single(write(f"$name-$part%05d.parquet") { out =>
          Files.copy(file, out)
          count
        })
      } finally {
        directory.toFile.listFiles.foreach(_.delete())
        Files.delete(directory)
      }
    }.collect().toSeq
  }

  /**
   * Writes one text file: `first`, one line per row, then `last`.
   *
   * @throws IllegalArgumentException if `lines` has more than one partition
   */
  def text(name: String, first: String, lines: RDD[String], last: String): RunFile = {
    require(
      lines.getNumPartitions == 1,
      s"Cannot write $name: the lines are in ${lines.getNumPartitions} partitions, should be in 1"
    )
    lines.mapPartitions { partLines =>
      Iterator.single(write(name)(writeLines(_, first, partLines.map(_ + "\n"), last)))
    }.collect().head
  }

  /**
   * Writes one file per partition, `name-00000.json.gz` and so on, as a series of blocks. Each block is a gzip member: a
   * reader can fetch a single block by its byte range, and gunzip turns the whole file into one JSON document per line.
   * Empty partitions get no file.
   *
   * @param rows     sorted by key, within partitions and across them; keys are unique
   * @param perBlock rows per block; the last block of a file may have fewer
   * @param key      the key of a row
   * @param document the JSON document of a block's rows
   * @return the files in the order of keys, each with its blocks; one index entry per block reaches the driver
   * @throws IllegalArgumentException if keys are not ascending; the message names two of them
   */
  def jsonBlocks[Row](
      name: String,
      rows: RDD[Row],
      perBlock: Int
  )(key: Row => String)(document: Seq[Row] => JsonNode): Seq[BlocksFile] = {
    val parts = rows.mapPartitionsWithIndex { (part, partRows) =>
      if (partRows.isEmpty) Iterator.empty
      else {
        val blocks = Seq.newBuilder[Block]
        // The last key that was written; it outlives the writing, because the next file must start after it.
        var last = Option.empty[String]
        val file = write(f"$name-$part%05d.json.gz") { out =>
          partRows.grouped(perBlock).foldLeft(0L) { (count, block) =>
            val bytes = Blocks.gzipped(document(block))
            out.write(bytes)
            blocks += Block(last.fold(key(block.head))(Blocks.separator(_, key(block.head))), bytes.length)
            last = Some(key(block.last))
            count + block.size
          }
        }
        Iterator.single((BlocksFile(file, blocks.result()), last.getOrElse("")))
      }
    }.collect().toSeq
    parts.zip(parts.drop(1)).foreach { case ((_, last), (next, _)) => Blocks.requireAscending(last, next.blocks.head.from) }
    parts.map { case (file, _) => file }
  }

  /**
   * Writes a binary file.
   *
   * @param rows number of rows for the manifest
   * @param body writes the file
   */
  def binary(name: String, rows: Long)(body: OutputStream => Unit): RunFile = write(name) { out =>
    body(out)
    rows
  }

  private def writeText(name: String, text: String): RunFile = write(name) { out =>
    out.write(text.getBytes(UTF_8))
    1
  }

  /** Writes `first`, the lines, each with its line end, and `last`; returns the number of lines. */
  private def writeLines(out: OutputStream, first: String, lines: Iterator[String], last: String): Long = {
    val writer = new BufferedWriter(new OutputStreamWriter(out, UTF_8))
    writer.write(first)
    val count = lines.foldLeft(0L) { (count, line) =>
      writer.write(line)
      count + 1
    }
    writer.write(last)
    writer.flush()
    count
  }

  /** @param body writes the file and returns its number of rows */
  private def write(name: String)(body: OutputStream => Long): RunFile = {
    val key = prefix + name
    val digest = MessageDigest.getInstance("SHA-256")
    val counter = new CountingStream(new DigestOutputStream(new Lake(root, configuration.value).create(key), digest))
    val rows =
      try body(counter)
      finally counter.close()
    RunFile(name, key, counter.count, rows, Hashes.hex(digest.digest()))
  }
}

object RunFiles {
  /** The configuration for temporary files on the local disk, independent of the job's file systems. */
  private def localDisk: Configuration = {
    val configuration = new Configuration(false)
    configuration.set("fs.file.impl", "org.apache.hadoop.fs.RawLocalFileSystem")
    configuration.setBoolean("fs.file.impl.disable.cache", true)
    configuration
  }
}

/** Counts the bytes that pass through. */
private final class CountingStream(out: OutputStream) extends OutputStream {
  private var written = 0L
  def count: Long = written
  override def write(byte: Int): Unit = { out.write(byte); written += 1 }
  override def write(bytes: Array[Byte], offset: Int, length: Int): Unit = {
    out.write(bytes, offset, length)
    written += length
  }
  override def flush(): Unit = out.flush()
  override def close(): Unit = out.close()
}
