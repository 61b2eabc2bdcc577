package cartograph

class RankingTest extends SparkSuite {
  private val (users, products, rank, topN) = (300, 5000, 3, 7)

  /** Factors of few values, so that many scores are equal. */
  private def factors(count: Int, seed: Int): Seq[(Int, Array[Float])] = {
    val random = new scala.util.Random(seed)
    (0 until count).map(_ -> Array.fill(rank)(random.nextInt(4) / 2f))
  }
  private val productFactors = factors(products, 1)
  private val seekers = {
    val random = new scala.util.Random(2)
    factors(users, 3).map { case (user, factor) =>
      val bought = Array.fill(40)(random.nextInt(products)).distinct.sorted
      Seeker(user, factor, bought, bought.take(3))
    }
  }

  private def naive(seeker: Seeker, among: Int => Boolean): Seq[(Int, Double)] =
    productFactors.collect { case (product, factor) if among(product) =>
      product -> Ranking.rounded(seeker.factor.zip(factor).map { case (a, b) => a.toDouble * b }.sum)
    }.sortBy { case (product, score) => (-score, product) }.take(topN)

  test("lists equal those of a naive computation, ties in order of number, over several blocks of users and products") {
    val found = Ranking.recommend(sc.parallelize(seekers, 3), sc.parallelize(productFactors, 3), topN, rank).collectAsMap()
    assert(found.size === users)
    for (seeker <- seekers) {
      val lists = found(seeker.user)
      assert(lists.any.toSeq.map(ranked => (ranked.product, ranked.score)) === naive(seeker, _ => true))
      assert(lists.fresh.toSeq.map(ranked => (ranked.product, ranked.score)) === naive(seeker, !seeker.bought.contains(_)))
      val scores = seeker.probe.map(product => seeker.factor.zip(productFactors(product)._2).map { case (a, b) => a.toDouble * b }.sum)
      assert(lists.probed.sorted.toSeq === scores.sorted.toSeq)
    }
  }

  test("who has bought everything has an empty list new; a catalogue smaller than the list gives what there is") {
    val seeker = Seeker(0, Array(1f), Array(0, 1), Array.empty)
    val lists = Ranking.recommend(sc.parallelize(Seq(seeker)), sc.parallelize(Seq(0 -> Array(1f), 1 -> Array(2f))), 10, 1).values.first()
    assert(lists.any.map(_.product).toSeq === Seq(1, 0))
    assert(lists.fresh.isEmpty)
  }

  test("scores that differ by less than their rounding are equal, and the smaller number is first") {
    val selection = new Selection(2)
    Seq(Ranked(9, Ranking.rounded(0.50000049)), Ranked(4, Ranking.rounded(0.5)), Ranked(1, 0.1)).foreach(selection.offer)
    assert(selection.result.map(_.product).toSeq === Seq(4, 9))
  }
}
