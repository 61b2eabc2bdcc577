package cartograph.features

/**
 * Multiplies a user's factor by the factors of all products of a block. Every score has the same bits as `Vectors.dot`.
 *
 * The factors are stored column by column, so that the loops run over products, which do not depend on each other: the JVM
 * compiles them to vector instructions. A range of products at a time keeps its sums in the first-level cache. It belongs to one
 * thread.
 *
 * @param columns value i of the factor of the product at a place is at i * size + place
 * @param size    number of products
 * @param rank    length of a factor
 */
private[features] final class FactorScores(columns: Array[Float], size: Int, rank: Int) {
  import FactorScores._

  /** The four sums of `Vectors.dot`, by product. */
  private val sums = Array.fill(Lanes)(new Array[Float](math.min(Range, size)))

  /** @param scores receives the score of each product, by place */
  def fill(factor: Array[Float], scores: Array[Float]): Unit = {
    var from = 0
    while (from < size) {
      fillRange(factor, from, math.min(Range, size - from), scores)
      from += Range
    }
  }

  private def fillRange(factor: Array[Float], from: Int, length: Int, scores: Array[Float]): Unit = {
    val whole = rank - rank % Lanes
    var lane = 0
    while (lane < Lanes) {
      java.util.Arrays.fill(sums(lane), 0f)
      addLane(sums(lane), factor, lane, whole, from, length)
      lane += 1
    }
    var i = whole
    while (i < rank) {
      addOne(sums(0), i * size + from, length, factor(i))
      i += 1
    }
    combine(from, length, scores)
  }

  /** Adds every fourth value of the factor, from `first` to before `until`. */
  private def addLane(sum: Array[Float], factor: Array[Float], first: Int, until: Int, from: Int, length: Int): Unit = {
    var i = first
    while (i + 3 * Lanes < until) {
      addFour(sum, i * size + from, length, factor(i), factor(i + Lanes), factor(i + 2 * Lanes), factor(i + 3 * Lanes))
      i += 4 * Lanes
    }
    while (i < until) {
      addOne(sum, i * size + from, length, factor(i))
      i += Lanes
    }
  }

  private def addOne(sum: Array[Float], offset: Int, length: Int, value: Float): Unit = {
    val all = columns
    var at = 0
    while (at < length) {
      sum(at) += value * all(offset + at)
      at += 1
    }
  }

  /** Adds four values one after the other, so that sums are read and written once. */
  private def addFour(sum: Array[Float], offset: Int, length: Int, a: Float, b: Float, c: Float, d: Float): Unit = {
    val (all, step) = (columns, Lanes * size)
    var at = 0
    while (at < length) {
      val place = offset + at
      sum(at) = (((sum(at) + a * all(place)) + b * all(place + step)) + c * all(place + 2 * step)) + d * all(place + 3 * step)
      at += 1
    }
  }

  private def combine(from: Int, length: Int, scores: Array[Float]): Unit = {
    var at = 0
    while (at < length) {
      scores(from + at) = (sums(0)(at) + sums(1)(at)) + (sums(2)(at) + sums(3)(at))
      at += 1
    }
  }
}

private[features] object FactorScores {
  private val Lanes = 4
  private val Range = 512

  /** Stores factors column by column. @param rows `rank` values each */
  def columns(rows: Array[Float], size: Int, rank: Int): Array[Float] =
    Array.tabulate(rows.length)(at => rows(at % size * rank + at / size))
}
