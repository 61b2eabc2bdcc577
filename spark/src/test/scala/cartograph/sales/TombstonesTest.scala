package cartograph.sales

import java.io.ByteArrayOutputStream

import org.scalatest.BeforeAndAfterEach

import cartograph.platform.Lake
import cartograph.{FileLake, Sale, SparkSuite}

class TombstonesTest extends SparkSuite with BeforeAndAfterEach {
  private var lake: FileLake = _
  override def beforeEach(): Unit = lake = new FileLake
  override def afterEach(): Unit = lake.delete()

  private def at(offset: Long, user: String, kafkaMs: Long): Interaction =
    Sale(user, "lamp", offset, address = Address("0a1b2c3d", "sales", 0, offset, kafkaMs))

  private def tombstones(through: Int, secret: => String = FileLake.Secret): Tombstones =
    Console.withOut(new ByteArrayOutputStream) {
      val inputs = TombstoneInputs(through, (1 to through).map(FileLake.tombstonesKey))
      Tombstones.read(sc, new Lake(lake.root, sc.hadoopConfiguration), Some(inputs), secret)
    }

  private def read(through: Int, batches: Seq[String], compacted: Seq[String] = Nil): TrainingSet = TrainingSet.read(
    sc,
    new Lake(lake.root, sc.hadoopConfiguration),
    InteractionKeys(compacted, batches = Nil, lastBatches = batches),
    blocks = 2,
    if (through == 0) Tombstones.none else tombstones(through)
  )

  test("sales up to the tombstone's moment are left out; later ones are those of a new user, and other users keep theirs") {
    lake.tombstones(1, untilMs = 100, "1")
    val rows = Seq(at(0, "1", 99), at(1, "1", 100), at(2, "1", 101), at(3, "11", 50), at(4, "ann", 50))
    val set = read(1, Seq(lake.batch("a.parquet", rows: _*)))
    assert(set.interactions.map(_.address.offset).collect().sorted.toSeq === Seq(2L, 3L, 4L))
    assert((set.summary.interactions, set.summary.leftOut) === ((3L, 2L)))
    val without = read(0, Seq(lake.batch("b.parquet", rows.drop(2): _*)))
    assert(set.summary.sha256 === without.summary.sha256)
    assert(without.summary.leftOut === 0)
  }

  test("of several tombstones of a user the latest moment counts") {
    lake.tombstones(1, untilMs = 200, "ann")
    lake.tombstones(2, untilMs = 100, "ann", "bob")
    val rows = Seq(at(0, "ann", 150), at(1, "bob", 150), at(2, "bob", 100), at(3, "ann", 201))
    val set = read(2, Seq(lake.batch("a.parquet", rows: _*)))
    assert(set.interactions.map(_.address.offset).collect().sorted.toSeq === Seq(1L, 3L))
  }

  test("a sale without a Kafka timestamp cannot be shown to be later, and is left out") {
    lake.tombstones(1, untilMs = 0, "ann")
    val set = read(1, Seq(lake.batch("a.parquet", at(0, "ann", -1), at(1, "bob", -1), at(2, "ann", 1))))
    assert(set.interactions.map(_.address.offset).collect().sorted.toSeq === Seq(1L, 2L))
  }

  test("what is left out counts neither as a repeat nor as a conflict nor for the time, and is not compacted again") {
    lake.tombstones(1, untilMs = 100, "ann")
    val rows = Seq(at(0, "ann", 1), at(1, "bob", 2), at(2, "bob", 3), at(90, "ann", 4))
    val raw = Seq(lake.batch("a.parquet", rows: _*), lake.batch("b.parquet", rows: _*))
    val set = read(1, raw, Seq(lake.batch("c.parquet", at(0, "ann", 1).copy(quantity = 2), at(1, "bob", 2))))
    val summary = set.summary
    assert((summary.interactions, summary.repeats, summary.conflicts, summary.leftOut) === ((2L, 3L, 0L, 2L)))
    assert((summary.time.oldestMs, summary.time.nowMs) === ((1L, 2L)))
    assert(set.uncompacted.map(_.user).collect().toSeq === Seq("bob"))
  }

  test("an address that a forgotten user and another one have is that of the other one, without a conflict") {
    lake.tombstones(1, untilMs = 100, "ann")
    val set = read(1, Seq(lake.batch("a.parquet", at(0, "ann", 1), at(0, "bob", 1), at(0, "ann", 1))))
    assert(set.interactions.map(_.user).collect().toSeq === Seq("bob"))
    assert((set.summary.conflicts, set.summary.repeats, set.summary.leftOut) === ((0L, 0L, 0L)))
  }

  test("the sale ids of a forgotten user make no repeats") {
    lake.tombstones(1, untilMs = 100, "ann")
    val rows = Seq(at(0, "ann", 1), at(1, "ann", 101)).map(_.copy(saleId = Some("s1")))
    val set = read(1, Seq(lake.batch("a.parquet", rows: _*)))
    assert((set.summary.repeatsById, set.interactions.map(_.address.offset).collect().toSeq) === ((0L, Seq(1L))))
  }

  test("rows of an earlier run are left out for users who were forgotten since") {
    lake.tombstones(1, untilMs = 1, "ann")
    lake.tombstones(2, untilMs = 2, "bob")
    val rows = sc.parallelize(Seq(Some("ann"), Some("bob"), Some("cid"), None))
    val found = tombstones(2)
    def left(through: Int): Seq[Option[String]] = found.withoutForgotten(rows, through)(identity).collect().toSeq
    assert(left(0) === Seq(Some("cid"), None))
    assert(left(1) === Seq(Some("ann"), Some("cid"), None))
    assert(left(2) === rows.collect().toSeq)
    assert(Tombstones.none.withoutForgotten(rows, 0)(identity).collect().toSeq === rows.collect().toSeq)
  }

  private def problem(through: Int): String = intercept[Exception](tombstones(through)).getMessage

  test("a document that is missing, damaged or made with another secret is named; no message shows a hash or the secret") {
    lake.tombstones(1, untilMs = 1, "ann")
    val (key, good) = (FileLake.tombstonesKey(1), lake.text(FileLake.tombstonesKey(1)))
    assert(problem(2) === s"Cannot read ${FileLake.tombstonesKey(2)}: there is no such object")
    val damaged = Seq(
      "not JSON" -> "it is not JSON",
      good.replace("\"erasure\": 1", "\"erasure\": 2") -> "erasure is 2.0, should be 1",
      good.replace("\"untilMs\": 1", "\"untilMs\": 1.5") -> "untilMs is 1.5, should be a whole number from 0",
      good.replace("\"untilMs\": 1", "\"untilMs\": \"1\"") -> "untilMs is \"1\", should be a number",
      good.replaceAll("\\[.*\\]", "[]") -> "users is ARRAY, should be an array that is not empty",
      good.replaceAll("\\[.*\\]", "[\"zoe\"]") -> "users[0] is not 64 hex digits",
      good.replaceAll("\"keyCheck\": \"\\w+\"", "\"keyCheck\": \"x\"") -> "keyCheck is x, should be 16 hex digits"
    )
    for ((text, expected) <- damaged) {
      lake.put(key, text)
      assert(problem(1).endsWith(s"Cannot read $key: $expected"), text)
    }
    lake.put(key, good)
    val other = intercept[IllegalArgumentException](tombstones(1, "another secret of more than 32 characters")).getMessage
    assert(other.contains(s"Cannot leave out the users of $key") && other.contains("it was made with another secret"))
    assert(!other.contains("another secret of more"))
  }

  test("without tombstones the secret is not read") {
    val lakeOf = new Lake(lake.root, sc.hadoopConfiguration)
    assert(Tombstones.read(sc, lakeOf, None, fail("the secret was read")).isEmpty)
  }

  test("a window names one document for each erasure") {
    lake.window(1, "a.parquet")
    lake.nameTombstones(1, through = 2)
    def parse(text: String): Window = Window.parse("window.json", text)
    val text = lake.text("windows/00000001.json")
    assert(parse(text).tombstones === Some(TombstoneInputs(2, Seq(1, 2).map(FileLake.tombstonesKey))))
    val message = intercept[IllegalArgumentException](parse(text.replace("\"through\": 2", "\"through\": 3"))).getMessage
    assert(message.endsWith("Cannot read window.json: tombstones.objects has 2 objects, should have 3, one for each erasure"))
  }
}
