package cartograph.features

import cartograph.platform.ParallelJobs

/**
 * [[Als]] for a shop that is small enough for one process. An iteration would take Spark several stages, each of which costs more
 * time than its work. The arithmetic is the same, and so are the factors, to the last bit.
 *
 * @param users    the pairs of each block of users, in the order of blocks
 * @param products those of each block of products
 */
private[features] final class AlsOnDriver(users: Array[AlsPairs], products: Array[AlsPairs], config: AlsConfig) {

  /** Returns the factors of users and of products, by block. */
  def fit: (Array[AlsBlock], Array[AlsBlock]) = {
    val start = products.map(block => AlsBlock.initial(block.rows, config))
    val productFactors = (0 until config.iterations).foldLeft(start)((found, _) => solve(products, solve(users, found)))
    (solve(users, productFactors), productFactors)
  }

  private def solve(side: Array[AlsPairs], others: Array[AlsBlock]): Array[AlsBlock] = {
    val short = side.map(_.rowsWithin(FewPairs.most(config.rank)).toLong).sum
    val gram = AlsGram.of(others.map(_.products(config.rank)), config.rank, short)
    ParallelJobs.run(side.toSeq.map { pairs => () =>
      val needed = pairs.needed(others.length)
      val parts = others.zip(needed).map { case (block, numbers) => block.picked(numbers, config.rank) }
      AlsBlock.solved(pairs, parts, gram, config)
    }).toArray
  }
}
