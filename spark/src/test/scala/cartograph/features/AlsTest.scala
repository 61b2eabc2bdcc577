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

  private def fitted(blocks: Int, order: Int, mostOnDriver: Long = 0): Map[(Int, Int), Double] = {
    val shuffled = new scala.util.Random(order).shuffle(pairs)
    val factors = Als.fit(sc.parallelize(shuffled, 3), config, blocks, mostOnDriver)
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

  test("the driver alone finds the same factors as tasks, to the last bit") {
    assert(fitted(3, 1, mostOnDriver = 4L * pairs.size) === fitted(3, 1))
  }

  test("the equations that users were solved by last are those of the product factors, found by tasks or by the driver") {
    val all = Seq(0L, Long.MaxValue).map(Als.fit(sc.parallelize(pairs, 3), config, blocks = 3, _))
    val factors = all.head.products.values.collect()
    all.foreach { found =>
      for (i <- 0 until 4; j <- 0 to i) {
        val sum = factors.map(factor => factor(i).toDouble * factor(j)).sum
        assert(math.abs(found.gram.matrix(4 * i + j) - sum) < 1e-9)
      }
      assert(found.gram.matrix.toSeq === all.head.gram.matrix.toSeq)
      assert(found.gram.eigen.nonEmpty === all.head.gram.eigen.nonEmpty)
    }
  }

  test("many pairs, many rows or a high rank are solved by tasks") {
    def isOnDriver(mostOnDriver: Long): Boolean =
      Als.fit(sc.parallelize(Seq((0, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0))), config, blocks = 2, mostOnDriver).broadcasts.nonEmpty
    // Three pairs, and six rows, of rank 4.
    assert(!isOnDriver(4 * 6 - 1) && isOnDriver(4 * 6))
  }

  test("pairs that were bought score above others") {
    val found = fitted(2, 1)
    val (bought, others) = found.partition { case (pair, _) =>
      pairs.exists { case (user, product, _) => (user, product) == pair }
    }
    assert(bought.values.sum / bought.size > 2 * others.values.sum / others.size)
  }

  test("users with few pairs are solved exactly, as many as it takes to solve them by the identity of Woodbury") {
    val random = new scala.util.Random(9)
    val few = for (user <- 0 until 300; _ <- 0 to user % 3) yield (user, random.nextInt(30), 1.0 + random.nextInt(3))
    val preferences = few.groupMapReduce(pair => (pair._1, pair._2))(_._3)(_ + _)
    val settings = config.copy(rank = 8)
    assert(preferences.keys.groupBy(_._1).size >= FewPairs.leastRows(settings.rank))
    val rows = sc.parallelize(preferences.toSeq.map { case ((user, product), preference) => (user, product, preference) }, 3)
    val factors = Als.fit(rows, settings, blocks = 3)
    val products = factors.products.collect().toMap
    val gram = new Array[Double](64)
    products.values.foreach { y =>
      val outer = new OuterProducts(gram, 8)
      outer.next(y, 0, 1.0)
      outer.flush()
    }
    factors.users.collect().foreach { case (user, found) =>
      val own = preferences.toSeq.collect { case ((`user`, product), preference) => products(product) -> preference }
      val normal = new NormalEquations(8)
      normal.reset(gram)
      val confidences = own.map { case (_, preference) => (settings.alpha * preference).toFloat }.toArray
      normal.add(own.flatMap(_._1).toArray, own.indices.map(_ * 8).toArray, confidences, 0, own.size)
      val expected = new Array[Float](8)
      normal.solve(settings.regularisation * own.size, expected, 0)
      found.zip(expected).foreach { case (a, b) => assert(math.abs(a - b) < 1e-5) }
    }
  }

  test("only the factors stay in memory") {
    for (mostOnDriver <- Seq(0L, Long.MaxValue)) {
      val before = sc.getPersistentRDDs.keySet.toSet
      val factors = Als.fit(sc.parallelize(pairs, 3), config, blocks = 2, mostOnDriver)
      assert(sc.getPersistentRDDs.keySet.toSet.diff(before) === Set(factors.users.id, factors.products.id))
      factors.unpersist()
      assert(sc.getPersistentRDDs.keySet.toSet.diff(before) === Set.empty)
    }
  }

  test("factors whose memory was freed are computed again, if what was made from them is lost with an executor") {
    for (mostOnDriver <- Seq(0L, Long.MaxValue)) {
      val factors = Als.fit(sc.parallelize(pairs, 3), config, blocks = 2, mostOnDriver)
      def all: Seq[Seq[(Int, Seq[Float])]] =
        Seq(factors.users, factors.products).map(_.mapValues(_.toSeq).collect().toSeq.sortBy(_._1))
      val before = all
      factors.unpersist()
      assert(all === before)
    }
  }
}
