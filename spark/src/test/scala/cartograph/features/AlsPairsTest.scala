package cartograph.features

import cartograph.SparkSuite

class AlsPairsTest extends SparkSuite {
  /** Some pairs occur twice or three times, with the same confidence or with another. */
  private val pairs = {
    val random = new scala.util.Random(3)
    Seq.fill(500)((random.nextInt(40), random.nextInt(25), random.nextInt(4) / 8f))
  }

  private def blocksOf(order: Int, parts: Int, blocks: Int): Map[Int, AlsPairs] =
    AlsPairs.of(sc.parallelize(new scala.util.Random(order).shuffle(pairs), parts), blocks).collect().toMap

  private def rowsOf(blocks: Map[Int, AlsPairs]): Map[Int, Seq[(Int, Float)]] = blocks.values.flatMap { block =>
    block.rows.indices.map { row =>
      val range = block.starts(row) until block.starts(row + 1)
      block.rows(row) -> range.map(pair => block.others(pair) -> block.confidences(pair))
    }
  }.toMap

  test("pairs are gathered by row, in the order of the other side; duplicates stay, in the order of confidence") {
    val plain = pairs.groupMap(_._1)(pair => (pair._2, pair._3)).map { case (row, ends) => row -> ends.sorted }
    for (blocks <- Seq(1, 3, 7)) assert(rowsOf(blocksOf(order = 1, parts = 4, blocks)) === plain)
  }

  test("neither the order nor the partitions of the input change a block") {
    def plain(blocks: Map[Int, AlsPairs]): Map[Int, Seq[Seq[Any]]] = blocks.map { case (number, block) =>
      number -> Seq(block.rows.toSeq, block.starts.toSeq, block.others.toSeq, block.confidences.toSeq)
    }
    assert(plain(blocksOf(order = 1, parts = 1, blocks = 3)) === plain(blocksOf(order = 2, parts = 5, blocks = 3)))
  }

  test("a block knows which numbers of each block of the other side it needs, and how many of its rows are short") {
    val block = AlsPairs(rows = Array(2, 5), starts = Array(0, 3, 4), others = Array(1, 4, 9, 4), confidences = Array(1, 1, 1, 1))
    assert(block.needed(3).map(_.toSeq).toSeq === Seq(Seq(9), Seq(1, 4), Nil))
    assert(Seq(0, 1, 3).map(block.rowsWithin) === Seq(0, 1, 2))
  }

  test("a block without pairs is empty") {
    val found = AlsPairs.of(sc.parallelize(Seq((4, 1, 0.5f))), blocks = 3).collect().toMap
    assert(found.keySet === Set(0, 1, 2))
    assert((found(0).rows.toSeq, found(0).starts.toSeq, found(1).rows.toSeq) === ((Nil, Seq(0), Seq(4))))
  }
}
