package cartograph.output

import java.nio.file.{Files, Path, Paths}
import java.util.zip.GZIPInputStream

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import org.apache.hadoop.conf.Configuration
import org.apache.spark.util.SerializableConfiguration

import cartograph.features.{DescribedProducts, ProductStats}
import cartograph.platform.{Documents, RunFiles}
import cartograph.sales.{Interaction, Purchases, Shop}
import cartograph.{Sale, SparkSuite}

class AnswerModelTest extends SparkSuite {
  private lazy val answers = new AnswerShop(sc)

  test("if there are too many products, those with the most buyers are described beside the common ones, with their counts") {
    val snapshot = answers.snapshot
    val stats = snapshot.stats.collect().toMap
    val others = snapshot.others.get.keys.collect().toSeq
    assert(others.size > 20)
    val all = DescribedProducts.of(snapshot, answers.shop.productCount)
    assert((0 until answers.shop.productCount).filter(all.isKnown) === stats.keys.toSeq.sorted)
    assert(all.missing === 0)
    val some = DescribedProducts.of(snapshot, answers.shop.productCount, mostOthers = 10)
    val best = others.sortBy(product => (-stats(product).buyers, product)).take(10)
    assert(others.filter(some.isKnown).sorted === best.sorted)
    assert(some.missing === others.size - 10)
    for (described <- Seq(all, some); product <- stats.keys if described.isKnown(product)) {
      assert(described.block(product).products(described.place(product)) === product)
      val counts = (0 to DescribedProducts.Buyers).map(described.countOf(product, _))
      assert(counts === stats(product).lines.toSeq :+ stats(product).buyers)
    }
    assert(ProductStats.Spans.length === DescribedProducts.Buyers)
  }

  /** Writes the histories of some sales. @return user, columns */
  private def histories(weights: Map[String, Double], all: Interaction*): Seq[(String, JsonNode)] = {
    val rows = sales(all: _*)
    val shop = Shop.build(rows, Map("purchase" -> 1.0, "view" -> 0.1, "hint" -> 0.1), blocks = 2)
    val directory = Files.createTempDirectory("cartograph-histories")
    try {
      val files = new RunFiles(s"file://$directory", "", new SerializableConfiguration(new Configuration()))
      AnswerHistories.write(files, shop, Purchases.of(shop, rows, weights)).flatMap { part =>
        lines(Paths.get(directory.toString, part.file.name)).flatMap { line =>
          Documents.parse(part.file.name, line).get("rows").elements.asScala.map(row => row.get(0).asText -> row.get(1))
        }
      }
    } finally Files.walk(directory).iterator.asScala.toSeq.reverse.foreach(Files.delete)
  }
  private def lines(file: Path): Seq[String] =
    new String(new GZIPInputStream(Files.newInputStream(file)).readAllBytes(), "UTF-8").linesIterator.toSeq

  test("a history has every line with its basket and order, returns too; users without a weighted sale have none") {
    val Day = 86400000L
    val found = histories(
      Map("purchase" -> 1.0, "view" -> 0.1),
      Sale("ann", "vase", 5, quantity = 0.1).copy(orderId = Some("o1"), price = Some(9.99)),
      Sale("ann", "lamp", Day, quantity = 2),
      Sale("ann", "lamp", Day + 1, quantity = -2),
      Sale("ann", "lamp", Day + 2, kind = "view"),
      Sale("bob \"b\"", "lamp", kind = "hint"),
      Sale("cid \"c\"", "lamp", 3)
    )
    assert(found.map(_._1) === Seq("ann", "cid \"c\""))
    // SHA-256 of "o1" begins with 2352da72.
    val o1 = 592632434
    assert(found.head._2.toString ===
      s"""{"product":[1,0,0,0],"atMs":[5,${Day + 2},${Day + 1},$Day],"basket":[0,1,1,1],"quantity":[0.1,1,-2,2],""" +
      s""""price":[9.99,null,null,null],"weight":[1,0.1,1,1],"orders":[$o1,0]}""")
    assert(found(1)._2.get("orders").toString === "[0]")
  }
}
