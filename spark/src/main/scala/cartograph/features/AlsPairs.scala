package cartograph.features

import scala.collection.mutable.ArrayBuilder

import org.apache.spark.rdd.RDD

import cartograph.platform.NumberPartitioner

/**
 * The pairs of one block of rows of [[Als]].
 *
 * @param rows        numbers, ascending
 * @param starts      row i has the pairs from `starts(i)` to before `starts(i + 1)`
 * @param others      number on the other side, by pair; ascending for each row
 * @param confidences confidence minus 1, by pair
 */
private[features] final case class AlsPairs(
    rows: Array[Int],
    starts: Array[Int],
    others: Array[Int],
    confidences: Array[Float]
) {

  /** Returns the numbers on the other side that occur in each of its blocks, ascending, each once. */
  def needed(blocks: Int): Array[Array[Int]] = {
    val sorted = others.clone()
    java.util.Arrays.sort(sorted)
    val byBlock = Array.fill(blocks)(new ArrayBuilder.ofInt)
    var at = 0
    while (at < sorted.length) {
      if (at == 0 || sorted(at) != sorted(at - 1)) byBlock(AlsPairs.blockOf(sorted(at), blocks)).addOne(sorted(at))
      at += 1
    }
    byBlock.map(_.result())
  }

  /** Counts the rows with at most `most` pairs. */
  def rowsWithin(most: Int): Int = rows.indices.count(row => starts(row + 1) - starts(row) <= most)
}

private[features] object AlsPairs {

  /** Returns the block of a user or a product. */
  def blockOf(number: Int, blocks: Int): Int = number % blocks

  /**
   * Some pairs of one block, in any order: parallel arrays, because an object per pair would take ten times the memory.
   *
   * @param ends the number on the other side and the bits of the confidence. Bits of floats from 0 on order like the floats, so
   *             that sorting orders pairs by the number, and pairs with the same number by their confidence
   */
  private final case class Part(rows: Array[Int], ends: Array[Long])

  /**
   * Gathers pairs by block. The result is the same for every order and partitioning of the input.
   *
   * @param pairs row, number on the other side, confidence minus 1, which is at least 0; a pair may occur more than once
   * @return one element per block, also for blocks without pairs
   */
  def of(pairs: RDD[(Int, Int, Float)], blocks: Int): RDD[(Int, AlsPairs)] =
    pairs
      .mapPartitions(partsOf(_, blocks))
      .partitionBy(new NumberPartitioner(blocks, blocks))
      .mapPartitionsWithIndex(
        (block, parts) => Iterator.single(block -> sorted(parts.map { case (_, part) => part }.toSeq)),
        preservesPartitioning = true
      )

  private def partsOf(pairs: Iterator[(Int, Int, Float)], blocks: Int): Iterator[(Int, Part)] = {
    val (rows, ends) = (Array.fill(blocks)(new ArrayBuilder.ofInt), Array.fill(blocks)(new ArrayBuilder.ofLong))
    pairs.foreach { case (row, other, confidence) =>
      val block = blockOf(row, blocks)
      rows(block).addOne(row)
      ends(block).addOne(other.toLong << 32 | java.lang.Float.floatToIntBits(confidence))
    }
    (0 until blocks).iterator
      .filter(block => rows(block).length > 0)
      .map(block => block -> Part(rows(block).result(), ends(block).result()))
  }

  private def sorted(parts: Seq[Part]): AlsPairs = {
    val (rows, ends) = (Array.concat(parts.map(_.rows): _*), Array.concat(parts.map(_.ends): _*))
    // The row and the position in one number, so that sorting allocates no objects.
    val order = Array.tabulate(rows.length)(at => rows(at).toLong << 32 | at)
    java.util.Arrays.sort(order)
    val starts = new ArrayBuilder.ofInt
    val sortedEnds = new Array[Long](order.length)
    var at = 0
    while (at < order.length) {
      if (at == 0 || order(at) >> 32 != order(at - 1) >> 32) starts.addOne(at)
      sortedEnds(at) = ends(order(at).toInt)
      at += 1
    }
    starts.addOne(order.length)
    val bounds = starts.result()
    (0 until bounds.length - 1).foreach(row => java.util.Arrays.sort(sortedEnds, bounds(row), bounds(row + 1)))
    AlsPairs(
      rows = bounds.init.map(start => (order(start) >> 32).toInt),
      starts = bounds,
      others = sortedEnds.map(end => (end >> 32).toInt),
      confidences = sortedEnds.map(end => java.lang.Float.intBitsToFloat(end.toInt))
    )
  }
}
