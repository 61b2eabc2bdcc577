package cartograph

import org.scalatest.funsuite.AnyFunSuite

class RunTablesTest extends AnyFunSuite {

  test("decimals have six places at most and never an exponent") {
    assert(Seq(0.0, 1.0, 0.1234567, 1e-7, 123456789.5, -2.5).map(RunTables.decimal) ===
      Seq("0", "1", "0.123457", "0", "123456789.5", "-2.5"))
  }

  test("a field is quoted only where RFC 4180 asks for it") {
    assert(Csv.line(Seq("plain", "a,b", "say \"hi\"", "two\nlines", "")) === "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\n")
  }

  test("the shard of a user is the first four bytes of its SHA-256 without the sign, modulo the shards") {
    // printf ann | sha256sum begins 49915e0d, that of bob 81b637d8.
    assert(RunTables.shardOf("ann", 7) === 0x49915e0d % 7)
    assert(RunTables.shardOf("bob", 7) === 0x01b637d8 % 7)
    assert(RunTables.shardOf("ann", 1) === 0)
  }

  test("a file holds a million rows, and there is always one") {
    assert(Seq(0L, 1L, 1000000L, 1000001L).map(RunTables.partsFor) === Seq(1, 1, 1, 2))
  }

  test("partitions of numbers are in order and of equal length") {
    val partitioner = new NumberPartitioner(10, 4)
    assert((0 until 10).map(partitioner.getPartition) === Seq(0, 0, 0, 1, 1, 1, 2, 2, 2, 3))
  }
}
