package cartograph

import java.io.ByteArrayOutputStream
import java.nio.file.{Files, Path => FilePath}

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}
import com.fasterxml.jackson.databind.node.ObjectNode
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path

import cartograph.platform.{Keys, Lake}
import cartograph.sales.{Address, CatalogueInputs, CatalogueNames, Interaction, InteractionFiles, Window}

/** Reads the samples that test/fixtures.test.ts reads too, so that the two languages cannot drift apart. */
class FixturesTest extends SparkSuite {
  private val fixtures: FilePath = Fixtures.directory
  private def text(name: String): String = Fixtures.text(name)
  private def json(text: String): JsonNode = new ObjectMapper().readTree(text)

  test("reads the batch that accumulate wrote, with every column") {
    val rows = InteractionFiles.read(new Path(fixtures.resolve("interactions.parquet").toUri), new Configuration()).toSeq
    assert(rows.map(row => (row.user, row.product, row.quantity)) ===
      Seq(("ann", "lamp", 1.0), ("ann", "vase", 2.0), ("bob", "lamp", 1.0), ("bob", "lamp", -1.0)))
    val source = rows.head.address.source
    assert(rows.head === Interaction(
      address = Address(source, "sales", partition = 0, offset = 0, kafkaMs = 1782820800000L),
      user = "ann",
      product = "lamp",
      quantity = 1,
      atMs = 1782817200000L,
      kind = "purchase",
      orderId = Some("o1"),
      price = Some(9.5),
      productName = Some("Blue lamp"),
      saleId = Some("sale-é1")
    ))
    assert(rows(3).address.offset === 4 && rows(3).atMs === 1782820800004L && rows(3).orderId.isEmpty && rows(3).saleId.isEmpty)
  }

  test("reads a batch from before sales had ids, whose sales have none") {
    val rows =
      InteractionFiles.read(new Path(fixtures.resolve("interactions-before-ids.parquet").toUri), new Configuration()).toSeq
    assert(rows.map(row => (row.user, row.product, row.saleId)) ===
      Seq(("ann", "lamp", None), ("ann", "vase", None), ("bob", "lamp", None), ("bob", "lamp", None)))
  }

  test("reads the window that threshold wrote, with its model") {
    val window = Window.parse("window.json", text("window.json"))
    assert((window.number, window.totalInteractions) === ((1, 4L)))
    assert(window.batches.map(_.endsWith("-00000004-1782820800000.parquet")) === Seq(true))
    assert((window.model.rank, window.model.topN) === ((64, 10)))
    val weights = window.model.typeWeights
    assert(Seq("purchase", "add_to_cart", "view", "impression").map(weights) === Seq(1.0, 0.3, 0.1, 0.0))
    assert(window.model.charges.get("postage") === Some(true))
  }

  test("reads the names of the catalogue that the stage catalogue wrote; the window names it") {
    val window = Window.parse("window.json", text("window.json"))
    assert(window.catalogue === Some(CatalogueInputs(through = 1, keys = Seq("catalogue/batches/00000001.ndjson"))))
    val lake = new FileLake
    try {
      lake.put("catalogue/batches/00000001.ndjson", text("catalogue.ndjson"))
      val names = CatalogueNames.read(sc, new Lake(lake.root, new Configuration()), window.catalogue.get, blocks = 2)
      assert(names.collect().toMap === Map("lamp" -> "Lamp of the catalogue, “blue”"))
    } finally lake.delete()
  }

  test("leaves out the user of the tombstones that TypeScript made, as the window says that threshold wrote") {
    val lake = new FileLake
    try {
      val window = Window.parse("window.json", text("window-tombstones.json"))
      lake.put(Keys.window(1), text("window-tombstones.json"))
      window.tombstones.toSeq.flatMap(_.keys).foreach(lake.put(_, text("tombstones.json")))
      Files.createDirectories(lake.file(window.batches.head).getParent)
      Files.copy(fixtures.resolve("interactions.parquet"), lake.file(window.batches.head))
      lake.put("person-secret", json(text("person-key.json")).get("secret").asText)
      Console.withOut(new ByteArrayOutputStream) {
        TrainJob.run(sc, Arguments(lake.root, 1, 1), secret = Some(s"${lake.root}/person-secret"))
      }
      val inputs = json(lake.text(Keys.manifest(1))).get("inputs")
      assert(inputs.get("tombstones").toString === """{"through":1,"interactions":2}""")
      assert(inputs.get("interactions").asInt === 2)
    } finally lake.delete()
  }

  test("makes the saved manifest, whose schema test/fixtures.test.ts checks, from both") {
    val lake = new FileLake
    try {
      val window = Window.parse("window.json", text("window.json"))
      val key = window.batches.head
      lake.put(Keys.window(1), text("window.json"))
      Files.createDirectories(lake.file(key).getParent)
      Files.copy(fixtures.resolve("interactions.parquet"), lake.file(key))
      window.catalogue.toSeq.flatMap(_.keys).foreach(lake.put(_, text("catalogue.ndjson")))
      Console.withOut(new ByteArrayOutputStream)(TrainJob.run(sc, Arguments(lake.root, 1, 1)))
      val manifest = lake.text(Keys.manifest(1))
      Fixtures.update("manifest.json", manifest)
      assert(comparable(json(manifest)) === comparable(json(text("manifest.json"))))
    } finally lake.delete()
  }

  /** Removes what differs from machine to machine. */
  private def comparable(manifest: JsonNode): JsonNode = {
    val copy = manifest.deepCopy[ObjectNode]
    copy.remove(Seq("seconds", "versions").asJava)
    copy.get("files").elements.asScala.foreach {
      case file: ObjectNode => file.remove(Seq("sizeBytes", "sha256").asJava)
      case _ => ()
    }
    copy
  }
}
