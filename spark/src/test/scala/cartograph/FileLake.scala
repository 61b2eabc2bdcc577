package cartograph

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path => FilePath, Paths}
import java.util.zip.GZIPInputStream

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path

import cartograph.platform.{Keys, Parquets, PersonKey}
import cartograph.sales.{Interaction, InteractionFiles}

/** A directory in place of a bucket. */
final class FileLake {
  val directory: FilePath = Files.createTempDirectory("cartograph-lake")
  val root: String = s"file://$directory"

  def batch(key: String, rows: Interaction*): String = {
    Files.createDirectories(file(key).getParent)
    val path = new Path(file(key).toUri)
    Parquets.write(path, InteractionFiles.Schema, new Configuration(), rows.iterator)(InteractionFiles.fill)
    key
  }

  def put(key: String, text: String): Unit = {
    Files.createDirectories(file(key).getParent)
    Files.write(file(key), text.getBytes(UTF_8))
  }

  def window(number: Int, keys: String*): Unit = put(Keys.window(number), FileLake.window(number, keys))

  /** Writes `tombstones/N.json` for users as they are stored. */
  def tombstones(erasure: Int, untilMs: Long, users: String*): Unit = {
    val key = PersonKey.of(FileLake.Secret)
    val hashes = users.map(key.forgottenHasher()).sorted.map(hash => s""""$hash"""").mkString(", ")
    put(
      FileLake.tombstonesKey(erasure),
      s"""{"erasure": $erasure, "untilMs": $untilMs, "keyCheck": "${key.check}", "users": [$hashes]}"""
    )
  }

  /** Lets a window that was written name the tombstones of erasures 1 to `through`. */
  def nameTombstones(window: Int, through: Int): Unit = {
    val objects = (1 to through).map(erasure => s"""{"key": "${FileLake.tombstonesKey(erasure)}", "sizeBytes": 1}""")
    val named = s""""tombstones": {"through": $through, "objects": [${objects.mkString(", ")}]}, "model""""
    put(Keys.window(window), text(Keys.window(window)).replace("\"model\"", named))
  }

  /** A file with the secret, as the job takes its place. */
  def secret: String = {
    put("person-secret", FileLake.Secret)
    s"$root/person-secret"
  }

  def text(key: String): String = new String(Files.readAllBytes(file(key)), UTF_8)
  def json(key: String): JsonNode = new ObjectMapper().readTree(text(key))
  /** Reads a gzip file with one JSON document per line. */
  def blocks(key: String): Seq[JsonNode] = {
    val text = new String(new GZIPInputStream(Files.newInputStream(file(key))).readAllBytes(), UTF_8)
    text.linesIterator.map(new ObjectMapper().readTree(_: String)).toSeq
  }
  def lines(key: String): Seq[String] = Files.readAllLines(file(key)).asScala.toSeq
  def file(key: String): FilePath = Paths.get(directory.toString, key.split('/'): _*)

  /** Writes the objects of another lake. Keys name no directory, so runs can be continued in the copy. */
  def copy(other: FileLake): Unit = Files.walk(other.directory).iterator.asScala.filter(Files.isRegularFile(_)).foreach {
    from =>
      val to = directory.resolve(other.directory.relativize(from))
      Files.createDirectories(to.getParent)
      Files.copy(from, to)
  }

  def delete(): Unit = Files.walk(directory).iterator.asScala.toSeq.reverse.foreach(Files.delete)
}

object FileLake {
  val Secret: String = "0123456789abcdefghijklmnopqrstuvwxyz"
  def tombstonesKey(erasure: Int): String = f"tombstones/$erasure%08d.json"

  def window(number: Int, keys: Seq[String]): String = {
    val batches = keys.map(key => s"""{"key": "$key", "sizeBytes": 1}""").mkString(", ")
    s"""{
      |  "window": $number, "batches": [$batches], "partitions": {},
      |  "model": {"rank": 2, "iterations": 2, "regularisation": 0.1, "alpha": 10, "topN": 3, "holdoutShare": 0.2,
      |            "typeWeights": {"purchase": 1}, "seed": 1}
      |}""".stripMargin
  }
}
