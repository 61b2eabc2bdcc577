package cartograph.output

import java.io.{ByteArrayOutputStream, InputStream}
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import java.util.zip.{GZIPInputStream, GZIPOutputStream}

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.node.ObjectNode
import org.apache.hadoop.conf.Configuration
import org.apache.spark.util.SerializableConfiguration

import cartograph.features.Candidates
import cartograph.lists.Ranked
import cartograph.platform.Documents.{arr, obj}
import cartograph.platform.{Documents, RunFiles}
import cartograph.{Fixtures, SparkSuite}

/**
 * Saves the model of [[AnswerShop]], and what training found for some of its users, in test/fixtures/answer/. The tests of
 * lambdas/serve/answer/ find the same from the model, bit by bit.
 */
class AnswerFixtureTest extends SparkSuite {
  private lazy val answers = new AnswerShop(sc)
  private val saved: Path = Fixtures.directory.resolve("answer")
  /** Users whose lists are saved, one of so many; of some also the features of all candidates. */
  private val (oneOf, described) = (7, 3)
  private val Depth = 20

  private def bytes(in: InputStream): Array[Byte] =
    try in.readAllBytes()
    finally in.close()
  private def unzipped(file: Path): String = new String(bytes(new GZIPInputStream(Files.newInputStream(file))), UTF_8)
  private def zipped(text: String): Array[Byte] = {
    val out = new ByteArrayOutputStream
    val gzip = new GZIPOutputStream(out)
    gzip.write(text.getBytes(UTF_8))
    gzip.close()
    out.toByteArray
  }

  private def bits(values: Iterable[Float]): String =
    values.map(value => f"${java.lang.Float.floatToRawIntBits(value)}%08x").mkString
  private def list(all: Array[Ranked]): JsonNode = arr(all.map(entry => arr(Seq[Any](entry.product, entry.score))))

  /** What training found: numbers of products, bits of floats in hexadecimal digits, and scores. */
  private def expected: String = {
    val ids = answers.shop.users.collect().toMap
    val factors = answers.snapshot.factors.users.collect().toMap
    val lists = answers.lists(Depth)
    val users = answers.candidates.keys.toSeq.sorted.filter(_ % oneOf == 0)
    val nodes = users.zipWithIndex.map { case (user, index) =>
      val own: Candidates = answers.candidates(user)
      val rows = own.features.grouped(own.features.length / own.size).map(row => bits(row)).toSeq
      obj(
        "user" -> ids(user),
        "factor" -> bits(factors(user)),
        "candidates" -> arr(own.products),
        "owned" -> arr(own.products.zip(own.owned).collect { case (product, true) => product }),
        "rows" -> Option.when(index % described == 0)(arr(rows)),
        "any" -> list(lists(user).any),
        "new" -> list(lists(user).newOnly)
      )
    }
    s"""{"users":[\n${nodes.mkString(",\n")}\n]}\n"""
  }

  private def writeTo(directory: Path): Unit = {
    val files = new RunFiles(s"file://$directory", "", new SerializableConfiguration(new Configuration()))
    answers.write(files)
    files.binary("expected.json.gz", rows = 1)(_.write(zipped(expected)))
    ()
  }

  /** Versions of zlib compress to other sizes. */
  private def withoutSizes(file: Path): JsonNode = {
    val document = Documents.parse(file.toString, Files.readString(file))
    document.get("histories").elements.asScala.foreach { case part: ObjectNode => part.remove("sizes"); case _ => () }
    document
  }

  private def names(directory: Path): Seq[String] =
    Files.walk(directory).iterator.asScala.filter(Files.isRegularFile(_)).map(directory.relativize(_).toString).toSeq.sorted

  test("the model, and what training finds, are those that are saved") {
    if (Fixtures.isUpdated) {
      Files.createDirectories(saved)
      writeTo(saved)
    }
    val found = Files.createTempDirectory("cartograph-answer")
    try {
      writeTo(found)
      assert(names(found) === names(saved))
      names(found).foreach { name =>
        val (a, b) = (found.resolve(name), saved.resolve(name))
        if (name.endsWith(".gz")) assert(unzipped(a) == unzipped(b), name)
        else if (name.endsWith(".json")) assert(withoutSizes(a) === withoutSizes(b))
        else assert(java.util.Arrays.equals(Files.readAllBytes(a), Files.readAllBytes(b)), name)
      }
    } finally Files.walk(found).iterator.asScala.toSeq.reverse.foreach(Files.delete)
  }

  test("the shop has what answers depend on") {
    val known = answers.snapshot.purchases.values.collect()
    val distinct = known.map(_.products.distinct.length)
    assert(distinct.count(_ <= 4) > 40 && distinct.max > 30)
    assert(answers.snapshot.factors.gram.eigen.nonEmpty)
    assert(answers.snapshot.others.fold(0L)(_.count()) > 20)
    val others = answers.snapshot.others.get.keys.collect().toSet
    assert(answers.candidates.values.exists(_.products.exists(others)), "a product that is not common is a candidate")
    assert(answers.candidates.values.exists(_.size > 200), "the first trees choose whom the others score")
  }
}
