package cartograph.sales

import org.apache.spark.HashPartitioner

import cartograph.{Sale, SparkSuite}

class SaleIdsTest extends SparkSuite {
  private val Hour: Long = 60L * 60 * 1000

  private def sale(offset: Long, hours: Double, id: String = "s1", user: String = "ann"): Interaction =
    Sale(user, "lamp", address = Address("0a1b2c3d", "sales", 0, offset, (hours * Hour).toLong)).copy(saleId = Option(id))

  private def repeats(sales: Interaction*): Set[Long] =
    SaleIds.repeats(sc.parallelize(sales, 3), blocks = 4).map(_.offset).collect().toSet

  test("the sale that was written first counts, although it has a higher offset") {
    assert(repeats(sale(0, hours = 2), sale(1, hours = 1), sale(2, hours = 3)) === Set(0L, 2L))
  }

  test("of sales that were written at the same time, the one with the lowest address counts") {
    assert(repeats(sale(7, hours = 1), sale(4, hours = 1), sale(9, hours = 1)) === Set(7L, 9L))
  }

  test("a day after the sale that counts, its id counts again; a repeat does not prolong the day") {
    assert(repeats(sale(0, 0), sale(1, 20), sale(2, 24), sale(3, 43), sale(4, 48)) === Set(1L, 3L))
  }

  test("the same id of another user is another sale") {
    assert(repeats(sale(0, hours = 0), sale(1, hours = 1, user = "bob")) === Set())
    assert(repeats(sale(0, 0, id = "b", user = "a"), sale(1, 0, id = "", user = "ab")) === Set())
  }

  test("sales without an id repeat none") {
    assert(repeats(sale(0, hours = 0, id = null), sale(1, hours = 0, id = null)) === Set())
  }

  test("the repeats are where a HashPartitioner puts their addresses") {
    val found = SaleIds.repeats(sc.parallelize((0 until 40).map(n => sale(n.toLong, hours = 0))), blocks = 4)
    val partitioner = new HashPartitioner(4)
    val isThere = found.mapPartitionsWithIndex((part, addresses) => addresses.map(partitioner.getPartition(_) == part))
    assert(isThere.collect().toSeq === Seq.fill(39)(true))
  }
}
