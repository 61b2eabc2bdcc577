package cartograph.features

import org.scalatest.funsuite.AnyFunSuite

class NormalEquationsTest extends AnyFunSuite {
  private val Rank = 16
  private val random = new java.util.Random(5)
  private val factors = Array.fill(200 * Rank)(random.nextGaussian().toFloat / 4)
  private val gram = {
    val sum = new Array[Double](Rank * Rank)
    val outer = new OuterProducts(sum, Rank)
    (0 until 200).foreach(row => outer.next(factors, row * Rank, 1.0))
    outer.flush()
    sum
  }

  /** Returns positions and confidences of some pairs. */
  private def pairs(count: Int): (Array[Int], Array[Float]) =
    (Array.fill(count)(random.nextInt(200) * Rank), Array.fill(count)(math.pow(10, 4 * random.nextDouble() - 2).toFloat))

  private def plain(positions: Array[Int], confidences: Array[Float], regularisation: Double): Array[Float] = {
    val result = new Array[Float](Rank)
    val normal = new NormalEquations(Rank)
    normal.reset(gram)
    normal.add(factors, positions, confidences, 0, positions.length)
    normal.solve(regularisation, result, 0)
    result
  }

  private def fewPairs: FewPairs = new FewPairs(SymmetricEigen.of(gram, Rank), factors)

  private def assertClose(found: Array[Float], expected: Array[Float]): Unit = {
    val length = Vectors.norm(expected, 0, Rank)
    found.zip(expected).foreach { case (a, b) => assert(math.abs(a - b) <= 2.5e-7 * length) }
  }

  test("the solution satisfies the equations") {
    val (positions, confidences) = pairs(20)
    val x = plain(positions, confidences, regularisation = 0.5)
    def y(pair: Int): Array[Float] = factors.slice(positions(pair), positions(pair) + Rank)
    for (i <- 0 until Rank) {
      val gramRow = (0 until Rank).map(j => gram(math.max(i, j) * Rank + math.min(i, j)) * x(j)).sum
      val pairsRow =
        positions.indices.map(pair => confidences(pair) * y(pair)(i) * y(pair).zip(x).map { case (a, b) => a * b }.sum)
      val right = positions.indices.map(pair => (1.0 + confidences(pair)) * y(pair)(i)).sum
      assert(math.abs(gramRow + pairsRow.sum + 0.5 * x(i) - right) < 1e-3)
    }
  }

  test("outer products that are added in fours have the same bits as one at a time") {
    for (count <- 0 to 9) {
      val (positions, weights) = pairs(count)
      val (fours, ones) = (new Array[Double](Rank * Rank), new Array[Double](Rank * Rank))
      val (inFours, oneByOne) = (new OuterProducts(fours, Rank), new OuterProducts(ones, Rank))
      for (pair <- 0 until count) {
        inFours.next(factors, positions(pair), weights(pair).toDouble)
        oneByOne.next(factors, positions(pair), weights(pair).toDouble)
        oneByOne.flush()
      }
      inFours.flush()
      assert(fours.toSeq === ones.toSeq)
    }
  }

  test("rows with one pair to half as many as the rank have the same solution by the identity of Woodbury") {
    for (count <- 1 to Rank / 2; regularisation <- Seq(0.01, 0.3 * count, 100)) {
      val (positions, confidences) = pairs(count)
      val found = new Array[Float](Rank + 3)
      val solver = fewPairs
      assert(solver.canSolve(confidences, 0, count))
      solver.solve(positions, confidences, 0, count, regularisation, found, 3)
      assertClose(found.drop(3), plain(positions, confidences, regularisation))
    }
  }

  test("one solver solves one row after another, also when a pair occurs twice") {
    val (positions, confidences) = (Array(32, 48, 32, 32, 16), Array(1f, 2f, 3f, 4f, 5f))
    val solver = fewPairs
    for ((from, until) <- Seq((0, 5), (1, 2), (2, 4), (0, 5))) {
      val found = new Array[Float](Rank)
      solver.solve(positions, confidences, from, until, 0.3, found, 0)
      assertClose(found, plain(positions.slice(from, until), confidences.slice(from, until), 0.3))
    }
  }

  test("a very small confidence is solved; confidence 0 and too many pairs are left to the plain way") {
    val (positions, confidences) = (Array(32, 48), Array(1f, Float.MinPositiveValue))
    val found = new Array[Float](Rank)
    fewPairs.solve(positions, confidences, 0, 2, 0.3, found, 0)
    assertClose(found, plain(positions, confidences, 0.3))
    assert(!fewPairs.canSolve(Array(1f, 0f), 0, 2) && fewPairs.canSolve(Array(1f, 0f), 0, 1))
    assert(!fewPairs.canSolve(Array.fill(Rank)(1f), 0, Rank / 2 + 1))
  }

  test("eigenvectors are orthonormal and give the matrix back; a matrix of zeros has eigenvalues 0") {
    val eigen = SymmetricEigen.of(gram, Rank)
    for (i <- 0 until Rank; j <- 0 to i) {
      val back = (0 until Rank).map(k => eigen.vectors(i * Rank + k) * eigen.values(k) * eigen.vectors(j * Rank + k)).sum
      assert(math.abs(back - gram(i * Rank + j)) < 1e-12)
      val dot = Vectors.dot(eigen.transposed, i * Rank, eigen.transposed, j * Rank, Rank)
      assert(math.abs(dot - (if (i == j) 1 else 0)) < 1e-13)
    }
    assert(SymmetricEigen.of(new Array[Double](9), 3).values.toSeq === Seq(0.0, 0.0, 0.0))
  }
}
