package cartograph

import java.io.ByteArrayOutputStream

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}
import org.scalatest.BeforeAndAfterEach

import cartograph.platform.Keys
import cartograph.sales.Interaction

/** Whole runs on unusual shops. test/spark/job.test.ts tests a usual one. */
class RunTest extends SparkSuite with BeforeAndAfterEach {
  private var lake: FileLake = _
  override def beforeEach(): Unit = lake = new FileLake
  override def afterEach(): Unit = lake.delete()

  private def run(window: Int = 1, attempt: Int = 1): JsonNode = {
    Console.withOut(new ByteArrayOutputStream)(TrainJob.run(sc, Arguments(lake.root, window, attempt)))
    lake.json(Keys.manifest(window))
  }

  private def train(rows: Interaction*): JsonNode = {
    lake.window(1, lake.batch("interactions/a.parquet", addressed(rows): _*))
    run()
  }

  private def addressed(rows: Seq[Interaction], from: Long = 0): Seq[Interaction] =
    rows.zipWithIndex.map { case (row, index) => row.copy(address = row.address.copy(offset = from + index)) }

  private def keyOf(manifest: JsonNode, name: String): String =
    manifest.get("files").elements.asScala.find(_.get("name").asText == name).map(_.get("key").asText).get
  private def fileOf(manifest: JsonNode, name: String): Seq[String] = lake.lines(keyOf(manifest, name))
  private def document(manifest: JsonNode, name: String): JsonNode = lake.json(keyOf(manifest, name))

  test("the number of blocks depends on the number of interactions alone, and is at least two") {
    assert(Seq(0L, 5000L, 406829L).map(Run.blocksFor) === Seq(2, 2, 2))
    assert(Seq(600000L, 5000000L, 20000000L).map(Run.blocksFor) === Seq(3, 25, 100))
  }

  test("a run on one sale holds nothing out, and its only list is the product that was bought") {
    val manifest = train(Sale("ann", "lamp"))
    assert(manifest.get("quality").get("any").isNull)
    assert(manifest.get("counts").get("users").asInt === 1)
    assert(fileOf(manifest, "recommendations.csv").map(_.split(',').take(4).toSeq) === Seq(
      Seq("user", "product", "list", "rank"),
      Seq("ann", "lamp", "any", "1")
    ))
  }

  test("a shop where everything was returned has empty files and a manifest") {
    val manifest = train(Sale("ann", "lamp", 1), Sale("ann", "lamp", 2, quantity = -1))
    assert(manifest.get("counts").properties.asScala.forall(_.getValue.asInt == 0))
    assert(fileOf(manifest, "recommendations.csv") === Seq("user,product,list,rank,score"))
    assert(fileOf(manifest, "graph/vertices.csv").size === 1)
    val answer = document(manifest, "model/answer.json")
    assert(Seq("products", "common", "missingProducts").map(answer.get(_).asInt) === Seq(1, 0, 0))
    val history = lake.blocks(keyOf(manifest, "model/histories-00000.json.gz")).head.get("rows").get(0)
    assert(history.get(0).asText === "ann" && history.get(1).get("quantity").toString === "[-1,1]", "what was returned is there")
  }

  test("the list new of a user who bought everything is empty") {
    val manifest = train((1 to 20).map(n => Sale("ann", s"lamp$n", n.toLong)): _*)
    assert(manifest.get("counts").get("recommendations").asInt === 3)
  }

  test("the algorithm als orders lists by matrix factorisation alone; the message names an algorithm that does not exist") {
    val rows = for (user <- 0 until 12; product <- 0 until 8 if (user + product) % 2 == 0)
      yield Sale(s"u$user", s"p$product", (user * 8 + product).toLong)
    val key = lake.batch("interactions/a.parquet", addressed(rows): _*)
    lake.put(Keys.window(1), FileLake.window(1, Seq(key)).replace("\"rank\"", "\"algorithm\": \"als\", \"rank\""))
    val manifest = run()
    assert(manifest.get("seconds").properties.asScala.map(_.getKey).forall(!_.startsWith("snapshots of")))
    val scores = fileOf(manifest, "recommendations.csv").tail.map(_.split(',')).filter(row =>
      row(0) == "u0" && row(2) == "any"
    ).map(_(4).toDouble)
    assert(scores.size === 3 && scores === scores.sorted.reverse && scores.head > 0.3)
    val answer = document(manifest, "model/answer.json")
    assert(answer.get("lists").toString === """{"any":{"scorer":"matrixFactorisation"},"new":{"scorer":"matrixFactorisation"}}""")
    assert(!answer.get("hasNeighbours").asBoolean && answer.get("common").asInt === 8)
    lake.put(Keys.window(1), FileLake.window(1, Seq(key)).replace("\"rank\"", "\"algorithm\": \"magic\", \"rank\""))
    assert(intercept[IllegalArgumentException](run(attempt =
      2
    )).getMessage === "Cannot train: algorithm is magic, should be ranker or als")
  }

  test("charges are stored and named, and in nothing else: no list, no vertex, no number of sales") {
    def rows(postage: Boolean): Seq[Interaction] = (0 until 30).flatMap { n =>
      val own = Sale(s"u${n % 6}", s"p${n % 5}", 86400000L * n)
      val post = Sale(s"u${n % 6}", "POST", 86400000L * n).copy(productName = Some("Postage"))
      if (postage) Seq(own, post) else Seq(own)
    }
    def trained(rows: Seq[Interaction]): JsonNode = {
      val charges = new ObjectMapper().readTree(Fixtures.text("window.json")).at("/model/charges")
      val key = lake.batch("interactions/a.parquet", addressed(rows): _*)
      lake.put(Keys.window(1), FileLake.window(1, Seq(key)).replace("\"seed\"", s"""\"charges\": $charges, \"seed\""""))
      run()
    }
    val manifest = trained(rows(postage = true))
    val lists = fileOf(manifest, "recommendations.csv")
    val vertices = fileOf(manifest, "graph/vertices.csv")
    assert(manifest.at("/inputs/charges").toString ===
      """{"interactions":30,"products":[{"product":"POST","name":"Postage","interactions":30}]}""")
    assert(manifest.at("/inputs/interactions").asInt === 30)
    assert((lists ++ vertices).forall(!_.contains("POST")) && vertices.size === 1 + 6 + 5)
    lake.delete()
    lake = new FileLake
    val without = trained(rows(postage = false))
    assert(fileOf(without, "recommendations.csv") === lists)
    assert(without.at("/inputs/charges").toString === """{"interactions":0,"products":[]}""")
  }

  /** Writes a window with the weights of types that a stack without configuration has. */
  private def trainWithDefaults(rows: Interaction*): JsonNode = {
    val weights = new ObjectMapper().readTree(Fixtures.text("window.json")).at("/model/typeWeights")
    val key = lake.batch("interactions/a.parquet", addressed(rows): _*)
    lake.put(Keys.window(1), FileLake.window(1, Seq(key)).replace("""{"purchase": 1}""", weights.toString))
    run()
  }

  test("a replay of views, carts and transactions is trained on all of them, and only transactions are bought") {
    val Day = 86400000L
    val random = new scala.util.Random(7)
    // Every user looks at ten products of one of two tastes, puts every third into the cart, and buys every other of those.
    val rows = for {
      user <- 0 until 80
      n <- 0 until 20
      product = s"p${user % 2 * 15 + random.nextInt(15)}"
      at = random.nextInt(60) * Day
      (kind, place) <- Seq("view", "addtocart", "transaction").zipWithIndex
      if place == 0 || (place == 1 && n % 3 == 0) || n % 6 == 0
    } yield Sale(s"u$user", product, at + place, kind = kind)
    val manifest = trainWithDefaults(rows: _*)
    val inputs = manifest.get("inputs")
    assert((inputs.get("interactions").asInt, inputs.get("unweighted").asInt) === ((rows.size, 0)))
    val types = inputs.get("types").elements.asScala.map(node => node.get("type").asText -> node.get("weight").asDouble)
    assert(types.toMap === Map("view" -> 0.1, "addtocart" -> 0.3, "transaction" -> 1.0))
    assert(manifest.get("counts").get("users").asInt === 80)
    val bought = rows.filter(_.kind == "transaction").map(sale => sale.user -> sale.product).distinct
    assert(manifest.get("counts").get("pairs").asInt === bought.size)
    val discoveries = fileOf(manifest, "recommendations.csv").tail.map(_.split(',')).filter(_(2) == "new")
      .map(row => row(0) -> row(1))
    assert(discoveries.nonEmpty && discoveries.intersect(bought).isEmpty)
    val viewed = rows.map(sale => sale.user -> sale.product).diff(bought)
    assert(discoveries.intersect(viewed).nonEmpty, "what was only looked at may be discovered")
    assert(manifest.at("/quality/any/model/n").asInt > 0)
    // The time of a transaction is two after the beginning of a day.
    val shown = document(manifest, "summary/users.json").findValues("bought").asScala.flatMap(_.findValues("atMs").asScala)
    assert(shown.nonEmpty && shown.forall(_.asLong % Day == 2), "a view is not shown as a purchase")
    val holdout = document(manifest, "metrics.json").get("holdout")
    assert(holdout.get("interactions").asInt ===
      rows.count(sale => sale.kind == "transaction" && sale.atMs >= holdout.get("fromMs").asLong))
  }

  test("sales of unknown types are counted and logged; if there are no others, the run is empty and the log says why") {
    val out = new ByteArrayOutputStream
    lake.window(1, lake.batch("interactions/a.parquet", addressed(Seq.fill(3)(Sale("ann", "lamp", kind = "gift"))): _*))
    Console.withOut(out)(TrainJob.run(sc, Arguments(lake.root, 1, 1)))
    val manifest = lake.json(Keys.manifest(1))
    assert(manifest.get("counts").get("recommendations").asInt === 0)
    assert(manifest.at("/inputs/unknown").toString === """{"interactions":3,"types":1}""")
    assert(manifest.at("/inputs/types").toString === """[{"type":"gift","interactions":3,"weight":null}]""")
    assert(document(manifest, "model/answer.json").get("histories").toString === "[]", "nobody has a weighted sale")
    val errors =
      out.toString.linesIterator.map(new ObjectMapper().readTree(_: String)).filter(_.get("level").asText == "error").toSeq
    assert(errors.map(
      _.get("message").asText
    ).exists(_.startsWith("Nothing was trained on, because no type has a weight (sales: 3); ")))
    assert(errors.head.at("/types/gift").asInt === 3)
  }

  test("a user and a product with the same id stay two vertices; unusual ids are kept as they are") {
    val odd = Seq("same", "comma,", "quote\"", "line\nbreak", "émoji 🛒", " space ", "=1+1", "u:same", "<script>")
    val manifest = train(odd.zipWithIndex.flatMap { case (id, n) => Seq(Sale(id, id, n.toLong), Sale("same", id, n.toLong)) }: _*)
    val vertices = fileOf(manifest, "graph/vertices.csv").mkString("\n")
    assert(vertices.contains("\nu:same,user,") && vertices.contains("\np:same,product,"))
    assert(vertices.contains("\"u:quote\"\"\",user") && vertices.contains("\"p:comma,\",product") && vertices.contains(
      "\"u:line\nbreak\",user"
    ))
    assert(vertices.contains("p:émoji 🛒,product"))
    assert(manifest.get("counts").get("vertices").asInt === 2 * odd.size)
  }

  test("the next run reads the compacted part of the first, adds its window, and counts repeats") {
    train(Sale("ann", "lamp", 1), Sale("bob", "lamp", 2), Sale("bob", "vase", 3))
    lake.file("interactions/a.parquet").toFile.delete()
    lake.window(
      2,
      lake.batch("interactions/b.parquet", addressed(Seq(Sale("bob", "vase", 3), Sale("cid", "vase", 4)), from = 2): _*)
    )
    val inputs = run(window = 2).get("inputs")
    assert(inputs.get("windows").elements.asScala.map(_.asInt).toSeq === Seq(1, 2))
    assert((inputs.get("interactions").asInt, inputs.get("repeats").asInt) === ((4, 1)))
  }

  test("the next run reports what changed: the lists of ann and bob, and the new user cid") {
    train(Sale("ann", "lamp", 1), Sale("bob", "lamp", 2), Sale("bob", "vase", 3))
    lake.window(2, lake.batch("interactions/b.parquet", addressed(Seq(Sale("cid", "mug", 4)), from = 3): _*))
    val diff = document(run(window = 2), "diff.json")
    assert(diff.at("/previous/run").asInt === 1)
    assert(diff.at("/changes/vertices/new").toString === """{"users":1,"products":1}""")
    assert(diff.at("/changes/vertices/gone").toString === """{"users":0,"products":0}""")
    assert(diff.at("/changes/churn/any/users").asInt === 2)
    assert(diff.at("/changes/edges/added").asInt > 0 && diff.get("reason").isNull)
    assert(diff.at("/changes/exposure/gained/0/now").asInt > 0)
    // Each list, of ann, bob and now cid, names all products but those that its user may not get; cid brings the mug.
    val totals = diff.at("/changes/totals/any")
    assert(totals.at("/users").toString === """{"compared":2,"changed":2,"added":1,"gone":0}""")
    assert(totals.at("/products").toString === """{"entered":1,"left":0,"stayed":2}""")
    assert(totals.at("/overlap").asDouble === 0.666667)
    assert(diff.at("/changes/exposure/products").toString === """{"gained":3,"lost":0}""")
  }

  test("if the files of the previous run are gone, the run goes on, and diff.json gives the reason instead of a difference") {
    val first = train(Sale("ann", "lamp", 1), Sale("bob", "vase", 3))
    lake.window(2, lake.batch("interactions/b.parquet", addressed(Seq(Sale("cid", "mug", 4)), from = 2): _*))
    lake.file(keyOf(first, "recommendations/part-00000.parquet")).toFile.delete()
    val diff = document(run(window = 2), "diff.json")
    assert(diff.at("/previous/run").asInt === 1 && diff.get("changes").isNull)
    assert(diff.get("reason").asText === "the lists or vertices of run 1 cannot be read; the job’s log says why")
  }

  test("if the manifest of the previous run names no vertices as Parquet, diff.json gives the reason instead of a difference") {
    train(Sale("ann", "lamp", 1), Sale("bob", "vase", 3))
    lake.put(Keys.manifest(1), lake.text(Keys.manifest(1)).replaceAll("graph/vertices-(\\d+).parquet", "graph/vertices-$1.csv"))
    lake.window(2, lake.batch("interactions/b.parquet", addressed(Seq(Sale("cid", "mug", 4)), from = 2): _*))
    assert(document(
      run(window = 2),
      "diff.json"
    ).get("reason").asText === "the manifest of run 1 names no lists or no vertices as Parquet")
  }

  test("unusual names are text in GraphML and in the explorer") {
    val manifest = train(Sale("ann", "a&b", 1, name = Some("<script>alert(1)</script>\u0001")), Sale("ann", "\"q\"", 2))
    val nodes = fileOf(manifest, "graph/graph.graphml").filter(_.startsWith("<node"))
    assert(nodes.exists(_.contains("&lt;script&gt;alert(1)&lt;/script&gt;\ufffd0001")))
    assert(nodes.exists(_.contains("id=\"p:&quot;q&quot;\"")))
    val products = lake.blocks(keyOf(manifest, "explorer/products-00000.json.gz")).head
    assert(products.at("/names/0").elements.asScala.map(_.asText).toSeq === Seq("a&b", "<script>alert(1)</script>\u0001"))
    assert(products.get("rows").elements.asScala.map(_.get(0).asText).toSeq === Seq("\"q\"", "a&b"))
  }

  test("names of the catalogue that the window names are in the graph and the explorer; the manifest says which it was") {
    val key = lake.batch(
      "interactions/a.parquet",
      addressed(Seq(Sale("ann", "lamp", 1, name = Some("Old")), Sale("bob", "vase", 2, name = Some("Vase")))): _*
    )
    lake.put("catalogue/batches/00000007.ndjson", """{"productId":"lamp","name":"Lamp of the catalogue"}""" + "\n")
    val catalogue = """{"through": 7, "objects": [{"key": "catalogue/batches/00000007.ndjson", "sizeBytes": 1}]}"""
    lake.put(Keys.window(1), FileLake.window(1, Seq(key)).replace("\"window\": 1,", s"\"window\": 1, \"catalogue\": $catalogue,"))
    val manifest = run()
    val labels = fileOf(manifest, "graph/vertices.csv").filter(_.startsWith("p:")).map(_.split(',')(2))
    assert(labels === Seq("Lamp of the catalogue", "Vase"))
    val products = lake.blocks(keyOf(manifest, "explorer/products-00000.json.gz")).head
    assert(products.get("names").toString.contains("Lamp of the catalogue"))
    assert(manifest.at("/inputs/catalogue").toString === """{"through":7}""")
  }

  test("a second attempt writes its own files and leaves the manifest of the first") {
    val first = train(Sale("ann", "lamp"))
    assert(run(attempt = 2) === first)
    assert(lake.file("runs/00000001/00000002/metrics.json").toFile.exists)
  }

  test("the message names a window that is missing or damaged") {
    assert(intercept[NoSuchElementException](run()).getMessage === "Cannot read windows/00000001.json: there is no such object")
    lake.put(Keys.window(1), """{"window": 1}""")
    assert(intercept[IllegalArgumentException](run()).getMessage === "Cannot read windows/00000001.json: model is missing")
  }

  test("invariant 5: if an earlier manifest is damaged, the batches of its window are read again") {
    lake.window(1, lake.batch("interactions/a.parquet", addressed(Seq(Sale("ann", "lamp"), Sale("bob", "vase"))): _*))
    lake.put(Keys.manifest(1), "not JSON")
    lake.window(2, lake.batch("interactions/b.parquet", addressed(Seq(Sale("ann", "mug")), from = 2): _*))
    val inputs = run(window = 2).get("inputs")
    assert(inputs.get("interactions").asInt === 3)
    assert(inputs.get("windows").elements.asScala.map(_.asInt).toSeq === Seq(1, 2))
  }

  test("invariant 5: an earlier window that is damaged is left out, because its batches are cut again into a later one") {
    val a = lake.batch("interactions/a.parquet", addressed(Seq(Sale("ann", "lamp"), Sale("bob", "vase"))): _*)
    lake.put(Keys.window(1), """{"window": 1}""")
    lake.window(2, a, lake.batch("interactions/b.parquet", addressed(Seq(Sale("ann", "mug")), from = 2): _*))
    val inputs = run(window = 2).get("inputs")
    assert(inputs.get("interactions").asInt === 3)
    assert(inputs.get("windows").elements.asScala.map(_.asInt).toSeq === Seq(2))
  }
}
