package cartograph

import java.io.{ByteArrayOutputStream, FileInputStream}
import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_8}
import java.nio.file.{Files, Path => FilePath}
import java.util.zip.GZIPInputStream

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.scalatest.{BeforeAndAfterAll, BeforeAndAfterEach}

import cartograph.evaluation.ServedRun
import cartograph.platform.{Keys, Lake, Parquets}
import cartograph.sales.{Interaction, InteractionFiles, Shop, TombstoneInputs, Tombstones}

/** Whole runs after users were forgotten. */
class ForgottenUsersTest extends SparkSuite with BeforeAndAfterEach with BeforeAndAfterAll {
  private val Day = 86400000L
  private val Ann = "planted-ann-7f3a"
  private var lake: FileLake = _
  private var others = Seq.empty[FileLake]
  override def beforeEach(): Unit = lake = new FileLake
  override def afterEach(): Unit = {
    (lake +: others).foreach(_.delete())
    others = Nil
  }

  override def afterAll(): Unit = firstLake.delete()

  /** 60 users of two tastes buy every third day, ann among them on each day. The Kafka timestamp is the time of the sale. */
  private val sales: Seq[Interaction] = {
    val random = new scala.util.Random(11)
    val rows = for {
      day <- 0 until 90
      user <- Ann +: (day % 3 until 60 by 3).map(n => f"u$n%02d")
    } yield {
      val taste = if (user == Ann) 0 else user.drop(1).toInt % 2
      val atMs = day * Day + random.nextInt(1000)
      val product = if (user == Ann && day < 3) "only-hers" else s"p${taste * 10 + random.nextInt(10)}"
      Sale(user, product, atMs, name = Some(s"Product $product"), address = Sale.Home.copy(kafkaMs = atMs))
    }
    rows.zipWithIndex.map { case (row, offset) => row.copy(address = row.address.copy(offset = offset.toLong)) }
  }
  private def between(from: Int, until: Int): Seq[Interaction] =
    sales.filter(sale => sale.atMs >= from * Day && sale.atMs < until * Day)
  private def withoutAnn(rows: Seq[Interaction]): Seq[Interaction] = rows.filter(_.user != Ann)

  private def window(number: Int, rows: Seq[Interaction], in: FileLake = lake, model: String = ""): Unit = {
    val key = in.batch(s"interactions/$number.parquet", rows: _*)
    in.put(Keys.window(number), FileLake.window(number, Seq(key)).replace("\"topN\"", s"$model \"topN\""))
  }

  private def run(number: Int, in: FileLake = lake): JsonNode = {
    logged(TrainJob.run(sc, Arguments(in.root, number, 1), secret = Some(in.secret)))
    in.json(Keys.manifest(number))
  }

  private def logged(body: => Unit): String = {
    val out = new ByteArrayOutputStream
    Console.withOut(out)(body)
    out.toString(UTF_8)
  }

  /** Window 1 with the sales of 60 days, and its run, which many tests begin with. */
  private lazy val firstLake: FileLake = {
    val first = new FileLake
    window(1, between(0, 60), first)
    run(1, first)
    first
  }

  private def firstRun(in: FileLake = lake): JsonNode = {
    in.copy(firstLake)
    in.json(Keys.manifest(1))
  }

  private def serve(run: Int, in: FileLake = lake): Unit =
    in.put(Keys.Current, s"""{"publication": $run, "run": $run, "previous": null, "decidedThrough": $run}""")

  private def newLake(): FileLake = {
    others = others :+ new FileLake
    others.last
  }

  private def sha256(manifest: JsonNode, name: String): String =
    manifest.get("files").elements.asScala.find(_.get("name").asText == name).map(_.get("sha256").asText).get
  private def document(manifest: JsonNode, name: String, in: FileLake = lake): JsonNode =
    in.json(manifest.get("files").elements.asScala.find(_.get("name").asText == name).map(_.get("key").asText).get)

  /** The content of a file, with compressed formats decoded. */
  private def decoded(file: FilePath): String =
    if (file.toString.endsWith(".gz"))
      new String(new GZIPInputStream(new FileInputStream(file.toFile)).readAllBytes(), UTF_8)
    else if (file.toString.endsWith(".parquet"))
      Parquets.read(new Path(file.toUri), new Configuration(), "rows")(_.toString).mkString("\n")
    else new String(Files.readAllBytes(file), ISO_8859_1)

  /** The names of the files below a folder that hold a text. */
  private def holding(folder: String, text: String): Seq[String] =
    Files.walk(lake.file(folder)).iterator.asScala.filter(Files.isRegularFile(_)).filter(decoded(_).contains(text))
      .map(file => lake.file(folder).relativize(file).toString).toSeq.sorted

  /** Writes an object again in place, as forgetting does. */
  private def rewrite(key: String, in: FileLake = lake): Unit = {
    val kept = withoutAnn(InteractionFiles.read(new Path(in.file(key).toUri), new Configuration()).toSeq)
    Files.delete(in.file(key))
    in.batch(key, kept: _*)
    ()
  }

  test("a run after a user was forgotten has the user in no file, manifest or log line, although the served run has") {
    val first = firstRun()
    serve(1)
    lake.tombstones(1, untilMs = 90 * Day, Ann)
    window(2, between(60, 90))
    lake.nameTombstones(2, through = 1)
    val before = holding("runs/00000001", Ann)
    assert(Seq("compacted", "recommendations", "graph", "explorer", "model").forall(name => before.exists(_.contains(s"/$name"))))
    val log = logged(TrainJob.run(sc, Arguments(lake.root, 2, 1), secret = Some(lake.secret)))
    assert(holding("runs/00000002", Ann) === Nil)
    val manifest = lake.text(Keys.manifest(2))
    assert(!manifest.contains(Ann) && !log.contains(Ann))
    assert(!log.contains(FileLake.Secret) && !manifest.contains(FileLake.Secret))
    val second = lake.json(Keys.manifest(2))
    assert(second.at("/inputs/tombstones").toString === s"""{"through":1,"interactions":${sales.count(_.user == Ann)}}""")
    assert(first.at("/inputs/tombstones").isNull)
    assert(second.at("/inputs/interactions").asInt === withoutAnn(sales).size)
    assert(second.at("/gate/served").asInt === 1, "the served run is compared all the same")
    // Products that only she bought have disappeared too.
    assert(holding("runs/00000001", "only-hers").nonEmpty && holding("runs/00000002", "only-hers") === Nil)
  }

  test("a user who was forgotten counts as if the previous run had never had the user") {
    firstRun()
    lake.tombstones(1, untilMs = 90 * Day, Ann)
    window(2, withoutAnn(between(60, 90)))
    lake.nameTombstones(2, through = 1)
    val changes = document(run(2), "diff.json").get("changes")
    assert(changes.at("/vertices/gone/users").asInt === 0)
    assert(changes.at("/totals/any/users/gone").asInt === 0)
    assert(changes.at("/totals/any/users/compared").asInt === 60)
  }

  test("a user who buys again is new, with the later sales alone") {
    firstRun()
    serve(1)
    lake.tombstones(1, untilMs = 60 * Day, Ann)
    window(2, between(60, 90))
    lake.nameTombstones(2, through = 1)
    val second = run(2)
    val changes = document(second, "diff.json").get("changes")
    assert(changes.at("/vertices/new").toString === """{"users":1,"products":0}""")
    assert(changes.at("/totals/any/users/added").asInt === 1)
    assert(second.at("/inputs/interactions").asInt === sales.size - between(0, 60).count(_.user == Ann))
    // The next run knows the same tombstones: her lists are those of the new user, and are compared.
    window(3, Seq(Sale("u00", "p0", 91 * Day, address = Sale.Home.copy(offset = 99999, kafkaMs = 91 * Day))))
    lake.nameTombstones(3, through = 1)
    val later = document(run(3), "diff.json").get("changes")
    assert(later.at("/totals/any/users/added").asInt === 0 && later.at("/totals/any/users/compared").asInt === 61)
  }

  test("the served lists of a user who was forgotten since are not those of the new user") {
    firstRun()
    serve(1)
    lake.tombstones(1, untilMs = 60 * Day, Ann)
    val lakeOf = new Lake(lake.root, sc.hadoopConfiguration)
    val shop = Shop.build(sc.parallelize(between(60, 90)), Map("purchase" -> 1.0), blocks = 2)
    val ann = shop.users.collect().collectFirst { case (number, Ann) => number }.get
    def servedTo(tombstones: Tombstones): Set[Int] =
      ServedRun.read(sc, lakeOf, shop, 2, tombstones).get.lists.keys.collect().toSet
    val forgotten = Tombstones.read(sc, lakeOf, Some(TombstoneInputs(1, Seq(FileLake.tombstonesKey(1)))), FileLake.Secret)
    assert(servedTo(Tombstones.none).contains(ann))
    assert(servedTo(Tombstones.none) - ann === servedTo(forgotten))
  }

  test("whether files were rewritten or not, the next run is the one of a shop without the user") {
    val names = Seq("recommendations.csv", "graph/edges.csv", "model/users-00000.parquet", "summary/sales.json")
    def second(in: FileLake, rows: Seq[Interaction] => Seq[Interaction], isForgotten: Boolean)(inBetween: => Unit): JsonNode = {
      if (isForgotten) firstRun(in)
      else {
        window(1, rows(between(0, 60)), in)
        run(1, in)
      }
      inBetween
      window(2, rows(between(60, 90)), in)
      if (isForgotten) {
        in.tombstones(1, untilMs = 90 * Day, Ann)
        in.nameTombstones(2, through = 1)
      }
      run(2, in)
    }
    val never = second(newLake(), withoutAnn, isForgotten = false)(())
    val dropped = second(newLake(), identity, isForgotten = true)(())
    val rewritten = second(lake, identity, isForgotten = true) {
      // The manifest keeps the sizes and hashes of before: nothing may depend on them.
      lake.json(Keys.manifest(1)).get("files").elements.asScala.map(_.get("key").asText).filter(_.contains("/compacted/"))
        .foreach(rewrite(_))
      rewrite("interactions/1.parquet")
    }
    for ((manifest, leftOut) <- Seq(dropped -> 90, rewritten -> 30)) {
      val inputs = manifest.get("inputs")
      assert(inputs.get("trainingSetSha256") === never.at("/inputs/trainingSetSha256"))
      assert(inputs.at("/tombstones/interactions").asInt === leftOut)
      for (name <- Seq("interactions", "repeats", "conflicts", "types")) assert(inputs.get(name) === never.at(s"/inputs/$name"))
      for (name <- names) assert(sha256(manifest, name) === sha256(never, name), name)
    }
  }

  test("a window whose only user was forgotten has an empty run") {
    window(1, sales.filter(_.user == Ann))
    lake.tombstones(1, untilMs = 90 * Day, Ann)
    lake.nameTombstones(1, through = 1)
    val manifest = run(1)
    assert(manifest.at("/counts/users").asInt === 0 && manifest.at("/inputs/interactions").asInt === 0)
    assert(holding("runs/00000001", Ann) === Nil)
  }

  test("a batch without rows is read") {
    window(1, between(0, 30))
    rewrite(lake.batch("interactions/2.parquet", sales.filter(_.user == Ann).take(3): _*))
    lake.put(Keys.window(2), FileLake.window(2, Seq("interactions/2.parquet")))
    run(1)
    assert(run(2).at("/inputs/interactions").asInt === between(0, 30).size)
  }

  test("a ranker that learned from a user who was forgotten since is not used; the next one is") {
    val model = """"learnEvery": 5,"""
    def learnedBy(number: Int): Int = run(number).at("/ranker/learnedBy").asInt
    window(1, between(0, 84), model = model)
    window(2, between(84, 86), model = model)
    assert(Seq(1, 2).map(learnedBy) === Seq(1, 1))
    lake.tombstones(1, untilMs = 5, "zoe")
    lake.tombstones(2, untilMs = 5, "bob")
    window(3, between(86, 87), model = model)
    lake.nameTombstones(3, through = 1)
    window(4, between(87, 88), model = model)
    lake.nameTombstones(4, through = 1)
    window(5, between(88, 90), model = model)
    lake.nameTombstones(5, through = 2)
    assert(Seq(3, 4, 5).map(learnedBy) === Seq(3, 3, 5))
  }

  test("a job that does not know where the secret is fails with the name of the setting, and one without tombstones needs none") {
    window(1, between(0, 3))
    logged(TrainJob.run(sc, Arguments(lake.root, 1, 1)))
    lake.tombstones(1, untilMs = 1, Ann)
    window(2, between(3, 4))
    lake.nameTombstones(2, through = 1)
    val message = intercept[IllegalArgumentException](logged(TrainJob.run(sc, Arguments(lake.root, 2, 1)))).getMessage
    assert(message.contains("spark.cartograph.personSecret is not set"))
  }
}
