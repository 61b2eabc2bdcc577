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
 * Writes the files of one attempt. Names and bytes depend on the data alone: a task that is repeated writes the same
 * again.
 *
 * @param root   the lake, `s3://BUCKET` or `file:///DIRECTORY`
 * @param prefix `runs/N/K/`
 */
final class RunFiles(root: String, prefix: String, configuration: SerializableConfiguration) extends Serializable {

  def json(name: String, document: JsonNode): RunFile =
    write(name, 1)(_.write(Documents.toText(document).getBytes(UTF_8)))

  /** For a large document: without spaces. */
  def compactJson(name: String, document: JsonNode): RunFile =
    write(name, 1)(_.write(s"$document\n".getBytes(UTF_8)))

  /**
   * Writes one CSV file per partition: `name` if there is one, else `name-00000` and so on.
   *
   * RFC 4180, UTF-8, LF, with a header in every file.
   */
  def csv(name: String, header: Seq[String], rows: RDD[Seq[String]]): Seq[RunFile] = {
    val parts = rows.getNumPartitions
    rows.mapPartitionsWithIndex { (part, partRows) =>
      val partName = if (parts == 1) s"$name.csv" else f"$name-$part%05d.csv"
      var count = 0L
      val file = write(partName, 0) { out =>
        val writer = new BufferedWriter(new OutputStreamWriter(out, UTF_8))
        writer.write(Csv.line(header))
        partRows.foreach { row =>
          writer.write(Csv.line(row))
          count += 1
        }
        writer.flush()
      }
      Iterator.single(file.copy(rows = count))
    }.collect().toSeq
  }

  /** Writes one Parquet file per partition, `name-00000.parquet` and so on; empty partitions make empty files. */
  def parquet[Row](name: String, schema: MessageType, rows: RDD[Row])(fill: (Group, Row) => Unit): Seq[RunFile] = {
    val schemaText = schema.toString
    rows.mapPartitionsWithIndex { (part, partRows) =>
      val directory = Files.createTempDirectory("cartograph")
      val file = directory.resolve("part.parquet")
      var count = 0L
      try {
        val counted = partRows.map { row => count += 1; row }
        val parsed = org.apache.parquet.schema.MessageTypeParser.parseMessageType(schemaText)
        Parquets.write(new Path(file.toUri), parsed, RunFiles.plain, counted)(fill)
        val written = write(f"$name-$part%05d.parquet", 0)(Files.copy(file, _))
        Iterator.single(written.copy(rows = count))
      } finally {
        directory.toFile.listFiles.foreach(_.delete())
        Files.delete(directory)
      }
    }.collect().toSeq
  }

  /** Writes one text file: what comes first, a line per row, what comes last. */
  def text(name: String, first: String, lines: RDD[String], last: String): RunFile = {
    require(
      lines.getNumPartitions == 1,
      s"Cannot write $name: the lines are in ${lines.getNumPartitions} partitions, should be in 1"
    )
    lines.mapPartitions { partLines =>
      var count = 0L
      val file = write(name, 0) { out =>
        val writer = new BufferedWriter(new OutputStreamWriter(out, UTF_8))
        writer.write(first)
        partLines.foreach { line =>
          writer.write(line)
          writer.write('\n')
          count += 1
        }
        writer.write(last)
        writer.flush()
      }
      Iterator.single(file.copy(rows = count))
    }.collect().head
  }

  /**
   * Writes one file per partition, `name-00000.json.gz` and so on, in blocks that are gzip members each: a reader takes one
   * by its range of bytes, and any gunzip makes a JSON document per line of the whole. Empty partitions make no file.
   *
   * @param rows     in order of their keys, within partitions and across them; no key twice
   * @param document what a block is, of its rows
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
        var (last, count) = (Option.empty[String], 0L)
        val file = write(f"$name-$part%05d.json.gz", 0) { out =>
          partRows.grouped(perBlock).foreach { block =>
            val bytes = Blocks.gzipped(document(block))
            out.write(bytes)
            blocks += Block(last.fold(key(block.head))(Blocks.separator(_, key(block.head))), bytes.length)
            last = Some(key(block.last))
            count += block.size
          }
        }
        Iterator.single((BlocksFile(file.copy(rows = count), blocks.result()), last.getOrElse("")))
      }
    }.collect().toSeq
    parts.zip(parts.drop(1)).foreach { case ((_, last), (next, _)) => Blocks.requireBehind(last, next.blocks.head.from) }
    parts.map(_._1)
  }

  private def write(name: String, rows: Long)(body: OutputStream => Unit): RunFile = {
    val key = prefix + name
    val digest = MessageDigest.getInstance("SHA-256")
    val counter = new CountingStream(new DigestOutputStream(new Lake(root, configuration.value).create(key), digest))
    try body(counter)
    finally counter.close()
    RunFile(name, key, counter.count, rows, Hashes.hex(digest.digest()))
  }
}

object RunFiles {
  /** For temporary files on this machine, whatever the job's file systems are. */
  private def plain: Configuration = {
    val configuration = new Configuration(false)
    configuration.set("fs.file.impl", "org.apache.hadoop.fs.RawLocalFileSystem")
    configuration.setBoolean("fs.file.impl.disable.cache", true)
    configuration
  }
}

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
