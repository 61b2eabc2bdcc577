package cartograph.output

import org.scalatest.funsuite.AnyFunSuite

class RunTablesTest extends AnyFunSuite {

  test("the shard of a user is the first four bytes of its SHA-256 without the sign bit, modulo the number of shards") {
    // printf ann | sha256sum starts with 49915e0d, that of bob with 81b637d8.
    assert(RunTables.shardOf("ann", 7) === 0x49915e0d % 7)
    assert(RunTables.shardOf("bob", 7) === 0x01b637d8 % 7)
    assert(RunTables.shardOf("ann", 1) === 0)
  }
}
