package cartograph.sales

import org.scalatest.BeforeAndAfterEach

import cartograph.platform.Lake
import cartograph.{FileLake, Sale, SparkSuite}

class TrainingSetTest extends SparkSuite with BeforeAndAfterEach {
  private var lake: FileLake = _
  override def beforeEach(): Unit = lake = new FileLake
  override def afterEach(): Unit = lake.delete()

  private def at(offset: Long, user: String = "ann", source: String = "0a1b2c3d", kafkaMs: Long = 0): Interaction =
    Sale(user, "lamp", offset, address = Address(source, "sales", 0, offset, kafkaMs))

  private def read(batches: Seq[String], compacted: Seq[String] = Nil, blocks: Int = 2): TrainingSet = {
    val keys = InteractionKeys(compacted, batches = Nil, lastBatches = batches)
    TrainingSet.read(sc, new Lake(lake.root, sc.hadoopConfiguration), keys, blocks)
  }

  test("an address counts once, however often it was stored") {
    val a = lake.batch("a.parquet", at(0), at(1), at(2))
    val b = lake.batch("b.parquet", at(1), at(2), at(3))
    val summary = read(Seq(a, b, a)).summary
    assert((summary.interactions, summary.repeats, summary.conflicts) === ((4L, 5L, 0L)))
    assert((summary.time.oldestMs, summary.time.nowMs) === ((0L, 3L)))
  }

  test("a recreated topic has other addresses, although its offsets start again") {
    val a = lake.batch("a.parquet", at(0), at(1), at(0, source = "ffffffff"), at(0, kafkaMs = 9))
    assert(read(Seq(a)).summary.interactions === 4)
  }

  test("the hash depends on the set alone: order, batches and blocks do not change it; a changed, added or missing row does") {
    val rows = (0 until 50).map(offset => at(offset.toLong, s"u$offset"))
    val whole = read(Seq(lake.batch("whole.parquet", rows: _*))).summary.sha256
    val cut = Seq(lake.batch("1.parquet", rows.drop(20).reverse: _*), lake.batch("2.parquet", rows.take(30): _*))
    assert(read(cut, blocks = 5).summary.sha256 === whole)
    val others =
      Seq(rows.tail, rows :+ at(99), rows.updated(3, rows(3).copy(quantity = 2)), rows.updated(3, rows(3).copy(price = Some(1))))
    for ((other, index) <- others.zipWithIndex)
      assert(read(Seq(lake.batch(s"other$index.parquet", other: _*))).summary.sha256 !== whole)
  }

  test("invariant 2: however often, in whatever order and cut a set is delivered, its hash is the same") {
    val rows = (0 until 40).map(offset => at(offset.toLong, s"u${offset % 7}"))
    val whole = read(Seq(lake.batch("whole.parquet", rows: _*))).summary
    for (seed <- 1 to 12) {
      val random = new scala.util.Random(seed)
      // Batches of random overlapping ranges, each delivered twice; some of their rows are compacted already.
      def polls: Seq[Seq[Interaction]] = Iterator.iterate(0)(_ + 1 + random.nextInt(15)).takeWhile(_ < rows.size)
        .map(from => rows.slice(from - random.nextInt(5), from + 15)).toSeq
      val keys = random.shuffle(polls ++ polls).zipWithIndex.map { case (poll, index) =>
        lake.batch(s"$seed-$index.parquet", random.shuffle(poll): _*)
      }
      val compacted = lake.batch(s"$seed-compacted.parquet", rows.take(random.nextInt(20)): _*)
      val summary = read(keys, Seq(compacted), blocks = 1 + random.nextInt(4)).summary
      assert((summary.sha256, summary.interactions, summary.conflicts) === ((whole.sha256, 40L, 0L)), s"seed $seed")
    }
  }

  test("an address with different content is counted, and the row that is kept does not depend on the order") {
    val rows = Seq(at(0, "bob"), at(0, "ann"))
    for ((order, index) <- Seq(rows, rows.reverse).zipWithIndex) {
      val set = read(Seq(lake.batch(s"$index.parquet", order: _*)))
      assert(set.summary.conflicts === 1)
      assert(set.interactions.map(_.user).collect().toSeq === Seq("ann"))
    }
  }

  test("a compacted row is kept over one from a batch, and is not compacted again") {
    val compacted = lake.batch("compacted.parquet", at(0, "zoe"), at(1))
    val raw = lake.batch("raw.parquet", at(0, "ann"), at(2))
    val set = read(Seq(raw), Seq(compacted))
    assert(set.interactions.filter(_.address.offset == 0).map(_.user).collect().toSeq === Seq("zoe"))
    assert(set.uncompacted.map(_.address.offset).collect().toSeq === Seq(2L))
    assert((set.summary.conflicts, set.summary.uncompacted) === ((1L, 1L)))
  }

  test("a sale after now counts as made at now, and is compacted with the time that it came with") {
    val rows = (0 until 400).map(offset => at(offset.toLong)) :+ at(400).copy(atMs = 90000)
    val set = read(Seq(lake.batch("a.parquet", rows: _*)))
    assert(set.summary.time.afterNow === Some(SalesAfterNow(interactions = 1, added = 1, newestMs = 90000)))
    assert(set.interactions.map(_.atMs).collect().sorted.toSeq === (0L to 399L) :+ 399L)
    assert(set.uncompacted.map(_.atMs).max() === 90000)
    val kept = lake.batch("b.parquet", set.uncompacted.collect().toSeq: _*)
    assert(read(Nil, Seq(kept)).summary.sha256 === set.summary.sha256)
    assert(read(Nil, Seq(kept)).summary.time.afterNow.map(_.added) === Some(0))
  }

  private def withId(offset: Long, id: String, kafkaMs: Long = 0): Interaction =
    at(offset, kafkaMs = kafkaMs).copy(saleId = Some(id))

  test("a sale that was sent twice with one id counts once, is counted as a repeat, and is compacted with its repeat") {
    val rows = Seq(withId(0, "s1"), at(1), withId(2, "s1", kafkaMs = 5), withId(3, "s2"), withId(4, "s1", kafkaMs = 86400000))
    val set = read(Seq(lake.batch("a.parquet", rows: _*), lake.batch("b.parquet", rows.drop(2): _*)))
    assert(set.interactions.map(_.address.offset).collect().sorted.toSeq === Seq(0L, 1L, 3L, 4L))
    val summary = set.summary
    assert((summary.interactions, summary.repeats, summary.repeatsById, summary.uncompacted) === ((4L, 3L, 1L, 5L)))
    assert(set.uncompacted.map(_.saleId).collect().flatten.sorted.toSeq === Seq("s1", "s1", "s1", "s2"))
    assert(set.uncompacted.map(_.address.offset).collect().sorted.toSeq === Seq(0L, 1L, 2L, 3L, 4L))
  }

  test("a sale is a repeat whether or not an earlier run compacted it, and even if the first one was stored last") {
    val rows = Seq(withId(0, "s1", kafkaMs = 9), withId(1, "s1", kafkaMs = 30 * 3600000), withId(2, "s1", kafkaMs = 10 * 3600000))
    val whole = read(Seq(lake.batch("whole.parquet", rows: _*))).summary
    assert((whole.interactions, whole.repeatsById) === ((2L, 1L)))
    for (newest <- rows) {
      val first = read(Seq(lake.batch(s"first-${newest.address.offset}.parquet", rows.filter(_ != newest): _*)))
      val compacted = lake.batch(s"compacted-${newest.address.offset}.parquet", first.uncompacted.collect().toSeq: _*)
      val later = read(Seq(lake.batch(s"later-${newest.address.offset}.parquet", newest)), Seq(compacted))
      assert((later.summary.sha256, later.summary.repeatsById) === ((whole.sha256, 1L)), newest)
    }
  }

  test("the hash of sales without ids does not change by a repeat that is dropped, and does by an id") {
    val rows = (0 until 30).map(offset => at(offset.toLong, s"u$offset"))
    val plain = read(Seq(lake.batch("plain.parquet", rows: _*))).summary.sha256
    val withIds = rows.map(row => row.copy(saleId = Some(s"s${row.address.offset}")))
    val named = read(Seq(lake.batch("named.parquet", withIds: _*))).summary.sha256
    val repeat = withIds(3).copy(address = withIds(3).address.copy(offset = 99))
    assert(read(Seq(lake.batch("again.parquet", withIds :+ repeat: _*)), blocks = 5).summary.sha256 === named)
    assert(named !== plain)
  }

  test("a sale that was compacted before ids were stored is no conflict when its record is replayed") {
    val compacted = lake.batch("compacted.parquet", at(0))
    val set = read(Seq(lake.batch("raw.parquet", withId(0, "s1"))), Seq(compacted))
    assert((set.summary.conflicts, set.interactions.map(_.saleId).collect().toSeq) === ((0L, Seq(None))))
    assert(read(Seq(lake.batch("x.parquet", withId(0, "s1"), withId(0, "s2")))).summary.conflicts === 1)
  }

  test("a batch that is missing or damaged is named in the error") {
    lake.put("damaged.parquet", "PAR1 and then nothing of use")
    val problems = Seq("gone.parquet" -> "there is no such object", "damaged.parquet" -> "not a Parquet file of interactions")
    for ((key, expected) <- problems) {
      val message = messages(intercept[Exception](read(Seq(key))))
      assert(message.contains(key) && message.contains(expected), message)
    }
  }

  private def messages(error: Throwable): String =
    Iterator.iterate(error)(_.getCause).takeWhile(_ != null).map(_.getMessage).mkString("; ")
}
