package cartograph.platform

import java.io.ByteArrayInputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files
import java.util.zip.GZIPInputStream

import scala.jdk.CollectionConverters._

import org.apache.hadoop.conf.Configuration
import org.apache.spark.util.SerializableConfiguration
import org.scalatest.BeforeAndAfterEach

import cartograph.{FileLake, SparkSuite}

class BlocksTest extends SparkSuite with BeforeAndAfterEach {
  private var lake: FileLake = _
  override def beforeEach(): Unit = lake = new FileLake
  override def afterEach(): Unit = lake.delete()

  private def write(keys: Seq[String], partitions: Int): Seq[BlocksFile] =
    new RunFiles(lake.root, "runs/", new SerializableConfiguration(new Configuration()))
      .jsonBlocks("table", sc.parallelize(keys, partitions), perBlock = 2)(identity)(Documents.arr(_))

  private def gunzipped(bytes: Array[Byte]): String =
    new String(new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes(), UTF_8)

  test("each block can be read by its byte range, and starts with the key in the index") {
    val written = write(Seq("amber", "amulet", "anchor", "apple", "apron", "arch"), partitions = 2)
    val (first, second) = (written.head, written.last)
    assert(written.size === 2)
    assert(first.file.name === "table-00000.json.gz" && first.file.rows === 3 && second.file.key === "runs/table-00001.json.gz")
    // The index has the whole key for the first block of a file, and the shortest sufficient prefix for the others.
    assert(first.blocks.map(_.from) === Seq("amber", "an") && second.blocks.map(_.from) === Seq("apple", "ar"))
    val bytes = Files.readAllBytes(lake.file(first.file.key))
    val (a, b) = (first.blocks.head.sizeBytes, first.blocks.last.sizeBytes)
    assert(gunzipped(bytes.take(a)) === "[\"amber\",\"amulet\"]\n" && gunzipped(bytes.slice(a, a + b)) === "[\"anchor\"]\n")
    assert(bytes.length === a + b && first.file.sizeBytes === a + b)
    assert(lake.blocks(first.file.key).size === 2)
  }

  test("partitions without rows get no file; the other files keep their numbers") {
    assert(write(Seq("a"), partitions = 3).map(_.file.name) === Seq("table-00002.json.gz"))
    assert(write(Nil, partitions = 2) === Nil)
  }

  test("a separator never ends within a surrogate pair, and keys that are not ascending are an error") {
    // The two emoji differ only in the second half of the surrogate pair.
    assert(Blocks.separator("🛏", "🛒cart") === "🛒" && Blocks.separator("tea", "🛒cart") === "🛒")
    assert(Blocks.separator("ann", "anna") === "anna")
    Seq("ann", "anm").foreach { key =>
      val error = intercept[IllegalArgumentException](Blocks.separator("ann", key))
      assert(error.getMessage === s"requirement failed: Cannot cut blocks: key $key follows ann, should be greater")
    }
  }

  test("keys that are not ascending are an error, across files and within a file") {
    Seq(Seq("b", "c", "a", "d") -> 2, Seq("b", "c", "a") -> 1).foreach { case (keys, partitions) =>
      val error = intercept[Exception](write(keys, partitions))
      val causes = Iterator.iterate[Throwable](error)(_.getCause).takeWhile(_ != null)
      assert(causes.exists(_.getMessage.contains("Cannot cut blocks: key a follows c")))
    }
  }

  test("invariant 6: the same rows are the same bytes") {
    val keys = (100 until 200).map(_.toString)
    val hashes = Seq(1, 1).map(_ => write(keys, partitions = 2).map(_.file.sha256))
    assert(hashes.distinct.size === 1)
    assert(lake.directory.toFile.list.toSeq === Seq("runs") && Files.list(lake.file("runs")).iterator.asScala.size === 2)
  }
}
