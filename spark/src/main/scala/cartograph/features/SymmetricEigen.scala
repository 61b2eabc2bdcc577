package cartograph.features

/**
 * The eigenvectors of a symmetric matrix: matrix = Q diag(values) Q^T.
 *
 * @param size    number of rows of the matrix
 * @param values  eigenvalues, in no order
 * @param vectors Q, row by row: value k of row i is value i of eigenvector k
 */
final case class SymmetricEigen(size: Int, values: Array[Double], vectors: Array[Double]) {
  /** The transpose of Q, row by row: each row is an eigenvector. */
  lazy val transposed: Array[Double] = Array.tabulate(size * size)(at => vectors(at % size * size + at / size))

  def sizeBytes: Long = 8L * (values.length + 2L * vectors.length)
}

object SymmetricEigen {
  /** The sum of squares off the diagonal, relative to the diagonal, that counts as zero. */
  private val Negligible = 1e-28
  private val MaxSweeps = 30

  /**
   * Decomposes a matrix by Jacobi's method (Golub and Van Loan: Matrix Computations, 4th edition, section 8.5): rotations in the
   * planes of two coordinates, each of which makes one value off the diagonal zero. It takes some 100 * size^3 operations.
   *
   * @param lower size * size values, row by row, of which only the lower triangle is read
   */
  def of(lower: Array[Double], size: Int): SymmetricEigen = {
    val matrix = Array.tabulate(size, size)((i, j) => if (j <= i) lower(i * size + j) else lower(j * size + i))
    val transposed = Array.tabulate(size, size)((i, j) => if (i == j) 1.0 else 0.0)
    Iterator.range(0, MaxSweeps).takeWhile(_ => !isDiagonal(matrix)).foreach { _ =>
      for (p <- 0 until size; q <- p + 1 until size) rotate(matrix, transposed, p, q)
    }
    SymmetricEigen(
      size = size,
      values = Array.tabulate(size)(i => matrix(i)(i)),
      vectors = Array.tabulate(size * size)(at => transposed(at % size)(at / size))
    )
  }

  private def isDiagonal(matrix: Array[Array[Double]]): Boolean = {
    var (off, diagonal, i) = (0.0, 0.0, 0)
    while (i < matrix.length) {
      off += Vectors.dot(matrix(i), 0, matrix(i), 0, i)
      diagonal += matrix(i)(i) * matrix(i)(i)
      i += 1
    }
    off <= Negligible * diagonal
  }

  /** Makes the value at row p and column q zero. */
  private def rotate(matrix: Array[Array[Double]], transposed: Array[Array[Double]], p: Int, q: Int): Unit = {
    val off = matrix(p)(q)
    if (off != 0) {
      val cotangent = (matrix(q)(q) - matrix(p)(p)) / (2 * off)
      val tangent = math.copySign(1.0, cotangent) / (math.abs(cotangent) + math.sqrt(cotangent * cotangent + 1))
      val cosine = 1 / math.sqrt(tangent * tangent + 1)
      val (atP, atQ) = (matrix(p)(p) - tangent * off, matrix(q)(q) + tangent * off)
      rotateRows(matrix(p), matrix(q), cosine, tangent * cosine)
      rotateRows(transposed(p), transposed(q), cosine, tangent * cosine)
      // The columns follow from the rows, because the matrix is symmetric.
      var k = 0
      while (k < matrix.length) {
        matrix(k)(p) = matrix(p)(k)
        matrix(k)(q) = matrix(q)(k)
        k += 1
      }
      matrix(p)(p) = atP
      matrix(q)(q) = atQ
      matrix(p)(q) = 0
      matrix(q)(p) = 0
    }
  }

  private def rotateRows(a: Array[Double], b: Array[Double], cosine: Double, sine: Double): Unit = {
    var k = 0
    while (k < a.length) {
      val (x, y) = (a(k), b(k))
      a(k) = cosine * x - sine * y
      b(k) = sine * x + cosine * y
      k += 1
    }
  }
}
