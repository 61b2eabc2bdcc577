package cartograph.features

/**
 * The normal equations of one row of a factorisation, A x = b:
 *
 *   A = gram + regularisation * I + sum over pairs of confidence * y y^T
 *   b = sum over pairs of (1 + confidence) * y
 *
 * where y is the factor of the other side of a pair, and `confidence` is the confidence minus 1. A is symmetric; only its lower
 * triangle is stored. The object is used for one row after another: `reset`, `add`, `solve`.
 *
 * Loops are `while` loops over flat arrays, because most of the time of a factorisation is spent here.
 *
 * @param rank number of unknowns
 */
private[features] final class NormalEquations(rank: Int) {
  private val matrix = new Array[Double](rank * rank)
  private val right = new Array[Double](rank)
  private val outer = new OuterProducts(matrix, rank)

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
   * Adds pairs whose preference is 1.
   *
   * @param factors     has the factors of the other side
   * @param positions   by pair, where its factor begins in `factors`; `rank` values
   * @param confidences by pair, the confidence minus 1
   * @param from        the first pair
   * @param until       the pair after the last one
   */
  def add(factors: Array[Float], positions: Array[Int], confidences: Array[Float], from: Int, until: Int): Unit = {
    var pair = from
    while (pair < until) {
      val confidence = confidences(pair)
      val y = outer.next(factors, positions(pair), confidence.toDouble)
      Vectors.addScaled(right, 0, y, 0, rank, 1.0 + confidence)
      pair += 1
    }
    outer.flush()
  }

  /**
   * Solves the equations, in place.
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
    Cholesky.solve(matrix, right, rank)
    i = 0
    while (i < rank) {
      result(offset + i) = right(i).toFloat
      i += 1
    }
  }
}

/**
 * Adds weight * y y^T to the lower triangle of a matrix, for one vector y after another. The sum has the order of the vectors.
 *
 * Vectors are added in fours: the matrix is larger than the first-level cache together with everything else, and so it is read
 * and written a quarter as often.
 *
 * @param matrix rank * rank values, row by row
 */
private[features] final class OuterProducts(matrix: Array[Double], rank: Int) {
  private val vectors = Array.fill(OuterProducts.AtOnce)(new Array[Double](rank))
  private val weights = new Array[Double](OuterProducts.AtOnce)
  private var count = 0

  /**
   * Takes the next vector. It is added to the matrix at the latest by `flush`.
   *
   * @param factors its `rank` values from `offset` on are the vector
   * @return the vector as doubles, valid until the next call
   */
  def next(factors: Array[Float], offset: Int, weight: Double): Array[Double] = {
    if (count == OuterProducts.AtOnce) flush()
    val vector = vectors(count)
    var i = 0
    while (i < rank) {
      vector(i) = factors(offset + i).toDouble
      i += 1
    }
    weights(count) = weight
    count += 1
    vector
  }

  /** Adds all vectors that were taken to the matrix. */
  def flush(): Unit = {
    if (count == OuterProducts.AtOnce) addFour()
    else (0 until count).foreach(addOne)
    count = 0
  }

  private def addOne(index: Int): Unit = {
    val (y, weight) = (vectors(index), weights(index))
    var i = 0
    while (i < rank) {
      Vectors.addScaled(matrix, i * rank, y, 0, i + 1, weight * y(i))
      i += 1
    }
  }

  private def addFour(): Unit = {
    val (a, b, c, d) = (vectors(0), vectors(1), vectors(2), vectors(3))
    var i = 0
    while (i < rank) {
      addScaled(i * rank, i + 1, a, b, c, d, weights(0) * a(i), weights(1) * b(i), weights(2) * c(i), weights(3) * d(i))
      i += 1
    }
  }

  /**
   * Adds four scaled vectors to a row, one after the other as [[addOne]] would. It is a method of its own so that the JVM
   * compiles the loop to vector instructions.
   */
  private def addScaled(
      offset: Int,
      length: Int,
      a: Array[Double],
      b: Array[Double],
      c: Array[Double],
      d: Array[Double],
      ofA: Double,
      ofB: Double,
      ofC: Double,
      ofD: Double
  ): Unit = {
    val row = matrix
    var j = 0
    while (j < length) {
      row(offset + j) = (((row(offset + j) + ofA * a(j)) + ofB * b(j)) + ofC * c(j)) + ofD * d(j)
      j += 1
    }
  }
}

private object OuterProducts {
  val AtOnce: Int = 4
}
