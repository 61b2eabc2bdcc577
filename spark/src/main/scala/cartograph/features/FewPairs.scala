package cartograph.features

/**
 * Solves the normal equations A x = b of [[NormalEquations]] for rows with few pairs.
 *
 * Cholesky decomposition of A takes rank^3 / 3 operations, even for a row of two pairs. With the eigenvectors of the gram matrix,
 * which are found once for all rows, and the identity of Woodbury (Golub and Van Loan: Matrix Computations, 4th edition, section
 * 2.1.4), it is enough to decompose a matrix with a row per pair:
 *
 *   gram = Q L Q^T,   D = L + regularisation * I,   Z = Q^T Y
 *   A = Q (D + Z C Z^T) Q^T,   b = Q Z (1 + c)
 *   x = Q D^-1 Z m,   where (C^-1 + Z^T D^-1 Z) m = (1 + c) / c
 *
 * The columns of Y are the factors of the pairs, and C is the diagonal matrix of their confidences c. The result differs from that
 * of [[NormalEquations]] by rounding alone.
 *
 * Loops are `while` loops over flat arrays, as there. The object belongs to one thread.
 *
 * @param eigen   of the gram matrix
 * @param factors factors of the other side, `rank` values each
 */
private[features] final class FewPairs(eigen: SymmetricEigen, factors: Array[Float]) {
  private val rank = eigen.size
  private val most = FewPairs.most(rank)
  /** Q^T y by factor, once it is needed; for so many factors that most are needed only once, none is kept. */
  private val kept = new Array[Array[Double]](if (8L * factors.length <= FewPairs.MaxKeptBytes) factors.length / rank else 0)
  private val turned = new Array[Array[Double]](most)
  private val scaled = Array.fill(most)(new Array[Double](rank))
  private val inverse = new Array[Double](rank)
  private val sum = new Array[Double](rank)
  private val matrix = new Array[Double](most * most)
  private val right = new Array[Double](most)
  private val pair = new Array[Double](rank)

  /**
   * True if the row can be solved here: it has at most half as many pairs as the rank, which is where it stops being faster, and
   * each has a confidence, because it is divided by. A preference can be so old that it is rounded to 0.
   */
  def canSolve(confidences: Array[Float], from: Int, until: Int): Boolean = {
    var pair = from
    while (pair < until && confidences(pair) > 0) pair += 1
    until - from <= most && pair == until
  }

  /**
   * Solves one row.
   *
   * @param positions      by pair, where its factor begins in `factors`
   * @param confidences    by pair, the confidence minus 1, more than 0
   * @param from           the first pair
   * @param until          the pair after the last one
   * @param regularisation added to the diagonal, more than 0
   * @param result         receives `rank` values from `offset` on
   */
  def solve(
      positions: Array[Int],
      confidences: Array[Float],
      from: Int,
      until: Int,
      regularisation: Double,
      result: Array[Float],
      offset: Int
  ): Unit = {
    val count = until - from
    var k = 0
    while (k < rank) {
      inverse(k) = 1 / (eigen.values(k) + regularisation)
      k += 1
    }
    var row = 0
    while (row < count) {
      addRow(row, count, positions(from + row), confidences(from + row).toDouble)
      row += 1
    }
    Cholesky.solve(matrix, right, count)
    java.util.Arrays.fill(sum, 0.0)
    row = 0
    while (row < count) {
      Vectors.addScaled(sum, 0, scaled(row), 0, rank, right(row))
      row += 1
    }
    turn(eigen.transposed, sum, pair)
    k = 0
    while (k < rank) {
      result(offset + k) = pair(k).toFloat
      k += 1
    }
  }

  /** Fills in a row of C^-1 + Z^T D^-1 Z, up to the diagonal, and of (1 + c) / c. */
  private def addRow(row: Int, count: Int, position: Int, confidence: Double): Unit = {
    val (z, divided) = (turnedAt(position), scaled(row))
    turned(row) = z
    var k = 0
    while (k < rank) {
      divided(k) = z(k) * inverse(k)
      k += 1
    }
    var column = 0
    while (column <= row) {
      matrix(row * count + column) = Vectors.dot(divided, 0, turned(column), 0, rank)
      column += 1
    }
    matrix(row * count + row) += 1 / confidence
    right(row) = (1 + confidence) / confidence
  }

  /** Returns Q^T y of the factor y that begins at a position. */
  private def turnedAt(position: Int): Array[Double] = {
    val index = position / rank
    val known = if (kept.isEmpty) null else kept(index)
    if (known != null) known
    else {
      val z = new Array[Double](rank)
      var k = 0
      while (k < rank) {
        pair(k) = factors(position + k).toDouble
        k += 1
      }
      turn(eigen.vectors, pair, z)
      if (kept.nonEmpty) kept(index) = z
      z
    }
  }

  /** Multiplies the transpose of a matrix by a vector. */
  private def turn(matrix: Array[Double], vector: Array[Double], result: Array[Double]): Unit = {
    java.util.Arrays.fill(result, 0.0)
    var row = 0
    while (row < rank) {
      Vectors.addScaled(result, 0, matrix, row * rank, rank, vector(row))
      row += 1
    }
  }
}

private[features] object FewPairs {
  private val MaxKeptBytes = 32L << 20

  /** Pairs of a row, at most. */
  def most(rank: Int): Int = rank / 2

  /** With fewer rows than this, to find eigenvectors takes longer than to decompose a matrix per row. */
  def leastRows(rank: Int): Int = 4 * rank
}
