package cartograph.features

import org.apache.spark.ml.recommendation.ALS
import org.apache.spark.ml.recommendation.ALS.Rating

import cartograph.SparkSuite

class AlsTest extends SparkSuite {
  private val config = AlsConfig(rank = 4, iterations = 12, regularisation = 0.1, alpha = 5, seed = 1)
  private val pairs = {
    val random = new scala.util.Random(7)
    for (user <- 0 until 60; product <- 0 until 40 if random.nextDouble() < (if (user % 2 == product % 2) 0.4 else 0.05))
      yield (user, product, 1.0 + random.nextInt(3))
  }

  private def scores(users: Map[Int, Array[Float]], products: Map[Int, Array[Float]]): Map[(Int, Int), Double] =
    for ((user, u) <- users; (product, p) <- products)
      yield (user, product) -> u.zip(p).map { case (a, b) => a.toDouble * b }.sum

  private def fitted(blocks: Int, order: Int): Map[(Int, Int), Double] = {
    val shuffled = new scala.util.Random(order).shuffle(pairs)
    val factors = Als.fit(sc.parallelize(shuffled, 3), config, blocks)
    scores(factors.users.collect().toMap, factors.products.collect().toMap)
  }

  test("the loss is within 2 % of MLlib's, which starts from other factors: the same objective is minimised") {
    val (users, products) = ALS.train(
      sc.parallelize(pairs.map { case (user, product, weight) => Rating(user, product, weight.toFloat) }),
      rank = 4,
      numUserBlocks = 2,
      numItemBlocks = 2,
      maxIter = 12,
      regParam = 0.1,
      implicitPrefs = true,
      alpha = 5,
      seed = 1
    )
    val reference = loss(scores(users.collect().toMap, products.collect().toMap))
    assert(math.abs(loss(fitted(2, 1)) / reference - 1) < 0.02)
  }

  /** Returns the loss of Hu, Koren and Volinsky without the regularisation. */
  private def loss(scores: Map[(Int, Int), Double]): Double = {
    val weights = pairs.map { case (user, product, weight) => (user, product) -> weight }.toMap
    scores.map { case (pair, score) =>
      weights.get(pair).fold(score * score)(weight => (1 + 5 * weight) * (1 - score) * (1 - score))
    }.sum
  }

  test("neither the order of the input nor the order in which tasks end changes the factors") {
    assert(fitted(3, 1) === fitted(3, 2))
  }

  test("pairs that were bought score above others") {
    val found = fitted(2, 1)
    val (bought, others) = found.partition { case (pair, _) =>
      pairs.exists { case (user, product, _) => (user, product) == pair }
    }
    assert(bought.values.sum / bought.size > 2 * others.values.sum / others.size)
  }
}
