package cartograph.platform

import org.scalatest.funsuite.AnyFunSuite

class NumberPartitionerTest extends AnyFunSuite {

  test("partitions are ascending and have the same length, but for the last") {
    val partitioner = new NumberPartitioner(10, 4)
    assert((0 until 10).map(partitioner.getPartition) === Seq(0, 0, 0, 1, 1, 1, 2, 2, 2, 3))
  }
}
