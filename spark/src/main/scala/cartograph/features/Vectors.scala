package cartograph.features

/** Sums over vectors of floats, always in the same order. */
private[features] object Vectors {

  /**
   * Returns the dot product of `a` and the `length` values of `b` from `offset` on.
   *
   * Four sums, added at the end, take a third of the time of one, because an addition need not wait for the one before it.
   */
  def dot(a: Array[Float], b: Array[Float], offset: Int, length: Int): Float = {
    var (s0, s1, s2, s3) = (0f, 0f, 0f, 0f)
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

  /** Returns the Euclidean length of the `length` values from `offset` on. */
  def norm(vector: Array[Float], offset: Int, length: Int): Double = {
    var (sum, i) = (0.0, 0)
    while (i < length) {
      sum += vector(offset + i) * vector(offset + i)
      i += 1
    }
    math.sqrt(sum)
  }
}
