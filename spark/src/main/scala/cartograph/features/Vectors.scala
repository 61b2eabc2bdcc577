package cartograph.features

/** Sums over vectors, always in the same order. */
private[features] object Vectors {

  /**
   * Returns the dot product of `a` and the `length` values of `b` from `offset` on.
   *
   * Four sums, added at the end, take a third of the time of one, because an addition need not wait for the one before it.
   */
  def dot(a: Array[Float], b: Array[Float], offset: Int, length: Int): Float = {
    var s0, s1, s2, s3 = 0f
    val whole = length - length % 4
    var i = 0
    while (i < whole) {
      s0 += a(i) * b(offset + i)
      s1 += a(i + 1) * b(offset + i + 1)
      s2 += a(i + 2) * b(offset + i + 2)
      s3 += a(i + 3) * b(offset + i + 3)
      i += 4
    }
    while (i < length) {
      s0 += a(i) * b(offset + i)
      i += 1
    }
    (s0 + s1) + (s2 + s3)
  }

  /** Returns the dot product of the `length` values of `a` from `aOffset` on and those of `b` from `bOffset` on. */
  def dot(a: Array[Double], aOffset: Int, b: Array[Double], bOffset: Int, length: Int): Double = {
    var s0, s1, s2, s3 = 0.0
    val whole = length - length % 4
    var i = 0
    while (i < whole) {
      s0 += a(aOffset + i) * b(bOffset + i)
      s1 += a(aOffset + i + 1) * b(bOffset + i + 1)
      s2 += a(aOffset + i + 2) * b(bOffset + i + 2)
      s3 += a(aOffset + i + 3) * b(bOffset + i + 3)
      i += 4
    }
    while (i < length) {
      s0 += a(aOffset + i) * b(bOffset + i)
      i += 1
    }
    (s0 + s1) + (s2 + s3)
  }

  /** Returns the Euclidean length of the `length` values from `offset` on. */
  def norm(vector: Array[Float], offset: Int, length: Int): Double = {
    var sum = 0.0
    var i = 0
    while (i < length) {
      sum += vector(offset + i) * vector(offset + i)
      i += 1
    }
    math.sqrt(sum)
  }

  /**
   * Adds scale * `from` to `to`, the `length` values of each from its offset on. The JVM compiles the loop to vector
   * instructions.
   */
  def addScaled(to: Array[Double], toOffset: Int, from: Array[Double], fromOffset: Int, length: Int, scale: Double): Unit = {
    var i = 0
    while (i < length) {
      to(toOffset + i) += scale * from(fromOffset + i)
      i += 1
    }
  }
}
