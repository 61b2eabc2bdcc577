package cartograph.features

import cartograph.platform.Parallel

/**
 * [[Als]] for a shop that is small enough for one process. An iteration would take Spark several stages, each of which costs more
 * time than its work. The arithmetic is the same, and so are the factors, to the last bit.
 *
 * @param users    the pairs of each block of users, in the order of blocks
 * @param products those of each block of products
 */
private[features] final class AlsOnDriver(users: Array[AlsPairs], products: Array[AlsPairs], config: AlsConfig) {

  /** One side of the factorisation, and the number of blocks of the other side. */
  private final class Side(val blocks: Array[AlsPairs], others: Int) {
    /** Number of rows that [[FewPairs]] can solve. */
    val short: Long = blocks.map(_.rowsWithin(FewPairs.most(config.rank)).toLong).sum
    /** The numbers that each block needs from each block of the other side. */
    val needed: Array[Array[Array[Int]]] = blocks.map(_.needed(others))
  }

  /** Returns the factors of users and of products, by block, and what the last equations of users had in common. */
  def fit: (Array[AlsBlock], Array[AlsBlock], AlsGram) = {
    val (userSide, productSide) = (new Side(users, products.length), new Side(products, users.length))
    val start = products.map(block => AlsBlock.initial(block.rows, config))
    val productFactors =
      (0 until config.iterations).foldLeft(start)((found, _) => solve(productSide, solve(userSide, found)._1)._1)
    val (userFactors, gram) = solve(userSide, productFactors)
    (userFactors, productFactors, gram)
  }

  private def solve(side: Side, others: Array[AlsBlock]): (Array[AlsBlock], AlsGram) = {
    val gram = AlsGram.of(others.map(_.products(config.rank)), config.rank, side.short)
    val solved = Parallel.map(side.blocks.length) { block =>
      val parts = others.zip(side.needed(block)).map { case (other, numbers) => other.picked(numbers, config.rank) }
      AlsBlock.solved(side.blocks(block), parts, gram, config)
    }
    solved -> gram
  }
}
