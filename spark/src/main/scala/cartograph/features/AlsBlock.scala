package cartograph.features

/** The factors of one block of rows of [[Als]]: `rank` values for each of `rows`, which ascend. */
private[features] final case class AlsBlock(rows: Array[Int], factors: Array[Float]) {

  /** Returns the factors of some of the rows. */
  def picked(numbers: Array[Int], rank: Int): AlsBlock = {
    val found = new Array[Float](numbers.length * rank)
    numbers.indices.foreach { at =>
      System.arraycopy(factors, java.util.Arrays.binarySearch(rows, numbers(at)) * rank, found, at * rank, rank)
    }
    AlsBlock(numbers, found)
  }

  /** Sums y y^T over all factors y. @return rank * rank values, row by row; only the lower triangle is set */
  def products(rank: Int): Array[Double] = {
    val sum = new Array[Double](rank * rank)
    val outer = new OuterProducts(sum, rank)
    rows.indices.foreach(row => outer.next(factors, row * rank, 1.0))
    outer.flush()
    sum
  }

  /** Returns each row and its factor. */
  def unpacked(rank: Int): Iterator[(Int, Array[Float])] =
    rows.iterator.zipWithIndex.map { case (row, index) => row -> factors.slice(index * rank, (index + 1) * rank) }
}

private[features] object AlsBlock {

  /** Draws small random factors. They depend only on the seed and on the number of each row, not on blocks. */
  def initial(rows: Array[Int], config: AlsConfig): AlsBlock = {
    val factors = rows.flatMap { row =>
      val random = new java.util.Random(config.seed * 1000003L + row)
      Array.fill(config.rank)((random.nextGaussian() * 0.1 / math.sqrt(config.rank)).toFloat)
    }
    AlsBlock(rows, factors)
  }

  /**
   * Finds the factors of the rows of one block.
   *
   * @param parts factors of the other side that the block needs, by block of that side
   */
  def solved(pairs: AlsPairs, parts: Array[AlsBlock], gram: AlsGram, config: AlsConfig): AlsBlock = {
    val rank = config.rank
    val factors = Array.concat(parts.toSeq.map(_.factors): _*)
    val firsts = parts.map(_.rows.length).scanLeft(0)(_ + _)
    val positions = pairs.others.map { other =>
      val part = AlsPairs.blockOf(other, parts.length)
      (firsts(part) + java.util.Arrays.binarySearch(parts(part).rows, other)) * rank
    }
    val found = new Array[Float](pairs.rows.length * rank)
    val normal = new NormalEquations(rank)
    val few = gram.eigen.map(new FewPairs(_, factors))
    pairs.rows.indices.foreach { row =>
      val (from, until) = (pairs.starts(row), pairs.starts(row + 1))
      val regularisation = config.regularisation * (until - from)
      few.filter(_.canSolve(pairs.confidences, from, until)) match {
        case Some(solver) => solver.solve(positions, pairs.confidences, from, until, regularisation, found, row * rank)
        case None =>
          normal.reset(gram.matrix)
          normal.add(factors, positions, pairs.confidences, from, until)
          normal.solve(regularisation, found, row * rank)
      }
    }
    AlsBlock(pairs.rows, found)
  }
}

/**
 * What the normal equations of all rows have in common.
 *
 * @param matrix the sum of y y^T over all factors y of the other side, row by row; only the lower triangle is set
 * @param eigen  its eigenvectors; None if too few rows are short
 */
final case class AlsGram(matrix: Array[Double], eigen: Option[SymmetricEigen]) {
  def sizeBytes: Long = 8L * matrix.length + eigen.fold(0L)(_.sizeBytes)
}

private[features] object AlsGram {

  /**
   * Adds the products of blocks in their order, so that the sum is always the same.
   *
   * @param products see [[AlsBlock.products]]
   * @param short    number of rows to solve that [[FewPairs]] can solve
   */
  def of(products: Iterable[Array[Double]], rank: Int, short: Long): AlsGram = {
    val matrix = products.foldLeft(new Array[Double](rank * rank)) { (a, b) =>
      b.indices.foreach(index => a(index) += b(index))
      a
    }
    AlsGram(matrix, Option.when(short >= FewPairs.leastRows(rank))(SymmetricEigen.of(matrix, rank)))
  }
}
