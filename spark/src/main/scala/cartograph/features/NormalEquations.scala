package cartograph.features

/**
 * The normal equations of one row of a factorisation, A x = b:
 *
 *   A = gram + regularisation * I + sum over pairs of confidence * y y^T
 *   b = sum over pairs of (1 + confidence) * y
 *
 * where y is the factor of the other side of a pair, and `confidence` is the confidence minus 1. A is symmetric; only its lower
 * triangle is stored. The object is used for one row after another: `reset`, `add` for each pair, `solve`.
 *
 * Loops are `while` loops over flat arrays, because most of the time of a factorisation is spent here.
 *
 * @param rank number of unknowns
 */
private[features] final class NormalEquations(rank: Int) {
  private val matrix = new Array[Double](rank * rank)
  private val right = new Array[Double](rank)
  private val pair = new Array[Double](rank)

  /**
   * Starts a new row.
   *
   * @param gram sum of y y^T over all factors y; rank * rank values, of which only the lower triangle is read
   */
  def reset(gram: Array[Double]): Unit = {
    System.arraycopy(gram, 0, matrix, 0, matrix.length)
    java.util.Arrays.fill(right, 0.0)
  }

  /**
   * Adds a pair whose preference is 1.
   *
   * @param factors    its `rank` values from `offset` on are the factor of the other side
   * @param confidence confidence minus 1
   */
  def add(factors: Array[Float], offset: Int, confidence: Float): Unit = {
    var i = 0
    while (i < rank) {
      pair(i) = factors(offset + i).toDouble
      right(i) += (1.0 + confidence) * pair(i)
      i += 1
    }
    NormalEquations.addOuter(matrix, pair, rank, confidence.toDouble)
  }

  /**
   * Solves the equations by Cholesky decomposition A = L L^T, in place.
   *
   * @param regularisation added to the diagonal
   * @param result         receives `rank` values from `offset` on
   */
  def solve(regularisation: Double, result: Array[Float], offset: Int): Unit = {
    var i = 0
    while (i < rank) {
      matrix(i * rank + i) += regularisation
      i += 1
    }
    i = 0
    while (i < rank) {
      var j = 0
      while (j <= i) {
        val sum = matrix(i * rank + j) - NormalEquations.dot(matrix, i * rank, j * rank, j)
        matrix(i * rank + j) = if (i == j) math.sqrt(math.max(sum, 1e-10)) else sum / matrix(j * rank + j)
        j += 1
      }
      i += 1
    }
    forward()
    backward()
    i = 0
    while (i < rank) {
      result(offset + i) = right(i).toFloat
      i += 1
    }
  }

  /** Solves L z = b. */
  private def forward(): Unit = {
    var i = 0
    while (i < rank) {
      var sum = right(i)
      var k = 0
      while (k < i) {
        sum -= matrix(i * rank + k) * right(k)
        k += 1
      }
      right(i) = sum / matrix(i * rank + i)
      i += 1
    }
  }

  /** Solves L^T x = z. It reads L row by row, because a column of L is spread over memory. */
  private def backward(): Unit = {
    var i = rank - 1
    while (i >= 0) {
      val solved = right(i) / matrix(i * rank + i)
      right(i) = solved
      var k = 0
      while (k < i) {
        right(k) -= matrix(i * rank + k) * solved
        k += 1
      }
      i -= 1
    }
  }
}

private[features] object NormalEquations {

  /**
   * Returns the dot product of two rows of a matrix.
   *
   * There are four sums, so that an addition need not wait for the one before it.
   *
   * @param a      position of the first value of a row
   * @param b      position of the first value of the other row
   * @param length number of values
   */
  def dot(matrix: Array[Double], a: Int, b: Int, length: Int): Double = {
    var (s0, s1, s2, s3) = (0.0, 0.0, 0.0, 0.0)
    val whole = length - length % 4
    var k = 0
    while (k < whole) {
      s0 += matrix(a + k) * matrix(b + k)
      s1 += matrix(a + k + 1) * matrix(b + k + 1)
      s2 += matrix(a + k + 2) * matrix(b + k + 2)
      s3 += matrix(a + k + 3) * matrix(b + k + 3)
      k += 4
    }
    while (k < length) {
      s0 += matrix(a + k) * matrix(b + k)
      k += 1
    }
    (s0 + s1) + (s2 + s3)
  }

  /** Adds weight * y y^T to the lower triangle of a matrix. */
  def addOuter(matrix: Array[Double], y: Array[Double], rank: Int, weight: Double): Unit = {
    var i = 0
    while (i < rank) {
      addScaled(matrix, i * rank, y, i + 1, weight * y(i))
      i += 1
    }
  }

  /** Adds scale * y to a row. It is a method of its own so that the JVM compiles the loop to vector instructions. */
  private def addScaled(row: Array[Double], offset: Int, y: Array[Double], length: Int, scale: Double): Unit = {
    var j = 0
    while (j < length) {
      row(offset + j) += scale * y(j)
      j += 1
    }
  }
}
