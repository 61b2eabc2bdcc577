package cartograph.platform

import org.scalatest.funsuite.AnyFunSuite

class NumberPartitionerTest extends AnyFunSuite {

  test("partitions of numbers are in order and of equal length") {
    val partitioner = new NumberPartitioner(10, 4)
    assert((0 until 10).map(partitioner.getPartition) === Seq(0, 0, 0, 1, 1, 1, 2, 2, 2, 3))
  }
}
