package cartograph.features

/** Solves systems of linear equations whose matrix is symmetric and positive definite. */
private[features] object Cholesky {
  /** Keeps rounding errors from making a pivot negative. */
  private val LeastPivot = 1e-10

  /**
   * Solves A x = b by the decomposition A = L L^T.
   *
   * Loops are `while` loops over flat arrays, because most of the time of a factorisation is spent here.
   *
   * @param matrix A, size * size values from the first on, row by row; only the lower triangle is read, and L replaces it
   * @param right  b, which x replaces
   */
  def solve(matrix: Array[Double], right: Array[Double], size: Int): Unit = {
    var i = 0
    while (i < size) {
      var j = 0
      while (j <= i) {
        val sum = matrix(i * size + j) - Vectors.dot(matrix, i * size, matrix, j * size, j)
        matrix(i * size + j) = if (i == j) math.sqrt(math.max(sum, LeastPivot)) else sum / matrix(j * size + j)
        j += 1
      }
      i += 1
    }
    forward(matrix, right, size)
    backward(matrix, right, size)
  }

  /** Solves L z = b. */
  private def forward(matrix: Array[Double], right: Array[Double], size: Int): Unit = {
    var i = 0
    while (i < size) {
      var sum = right(i)
      var k = 0
      while (k < i) {
        sum -= matrix(i * size + k) * right(k)
        k += 1
      }
      right(i) = sum / matrix(i * size + i)
      i += 1
    }
  }

  /** Solves L^T x = z. It reads L row by row, because a column of L is spread over memory. */
  private def backward(matrix: Array[Double], right: Array[Double], size: Int): Unit = {
    var i = size - 1
    while (i >= 0) {
      val solved = right(i) / matrix(i * size + i)
      right(i) = solved
      var k = 0
      while (k < i) {
        right(k) -= matrix(i * size + k) * solved
        k += 1
      }
      i -= 1
    }
  }
}
