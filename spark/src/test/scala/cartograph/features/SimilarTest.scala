package cartograph.features

import cartograph.SparkSuite
import cartograph.platform.NumberPartitioner
import cartograph.sales.Purchases

class SimilarTest extends SparkSuite {
  private val Day = 86400000L
  private val moment = Moment(asOfMs = 200 * Day, horizonMs = 20 * Day)

  /** Users with one to some thirty lines. The times of one user's baskets overlap now and then. */
  private val users: Seq[(Int, Purchases)] = {
    val random = new scala.util.Random(4)
    (0 until 50).map { user =>
      val lines = Seq.fill(1 + user % 30) {
        val day = random.nextInt(150)
        Purchases.Line(random.nextInt(40), day * Day + random.nextInt(3) * Day, s"$day", quantity = 1, price = None, weight = 1)
      }
      user -> Purchases.gathered(lines)
    }
  }

  private def neighbours(parts: Int, order: Int): Map[Int, Seq[(Seq[Int], Seq[Float])]] = {
    val shuffled = sc.parallelize(new scala.util.Random(order).shuffle(users), parts)
    val stats = ProductStats.of(sc.parallelize(users, 1), moment, new NumberPartitioner(40, 1))
    Similar.of(shuffled, Similar.counted(stats), lines = 1000, moment).collect().toMap.map { case (product, kinds) =>
      product -> kinds.toSeq.map(found => (found.products.toSeq, found.strengths.toSeq))
    }
  }

  test("neighbours are the same for any number of ranges and any order of users") {
    val one = neighbours(parts = 1, order = 1)
    assert(one.size === 40)
    for (kind <- 0 until Together.Count) assert(one.values.count(kinds => kinds(kind)._1.nonEmpty) > 20)
    for ((parts, order) <- Seq((2, 2), (7, 3), (60, 4))) assert(neighbours(parts, order) === one)
  }

  test("strengths are those of the formula") {
    val found = neighbours(parts = 3, order = 5)
    val stats = ProductStats.of(sc.parallelize(users, 1), moment, new NumberPartitioner(40, 1)).collect().toMap
    def mass(a: Double, b: Double): Double = math.sqrt((a + 10) * (b + 10))
    def weight(bought: Purchases, product: Int): Double =
      math.min(
        1,
        bought.products.indices.filter(bought.products(_) == product).map(line => Decay(moment.age(bought.atMs(line)), 6)).sum
      )
    val (a, b) = (3, 8)
    val byUsers = users.map { case (_, bought) =>
      weight(bought, a) * weight(bought, b) / math.sqrt(bought.products.distinct.length.toDouble)
    }.sum / mass(stats(a).userMass, stats(b).userMass)
    val (products, strengths) = found(a)(Together.Users)
    assert(math.abs(strengths(products.indexOf(b)) - byUsers) < 1e-6)
  }

  test("only the products with the most buyers are counted, ties by number") {
    val stats = ProductStats.of(sc.parallelize(users, 1), moment, new NumberPartitioner(40, 2))
    val buyers = stats.mapValues(_.buyers).collect().toSeq.sortBy { case (product, count) => (-count, product) }
    assert(Similar.counted(stats, most = 7).map(_.product).toSeq === buyers.take(7).map(_._1).sorted)
  }

  test("the weight of a later purchase after an earlier one decays with the time between them, also over very long times") {
    for (times <- Seq(Array(0L, 3 * Day, 2 * Day, 90 * Day), Array(0L, 4000000 * Day, 4000001 * Day))) {
      val after = Moment(asOfMs = times.last + 50 * Day, horizonMs = 20 * Day)
      val firsts = new FirstPurchases(times.map(_ => 0), times, after)
      for (later <- times.indices; earlier <- 0 until later) {
        val between = (times(later) - times(earlier)).toDouble / after.horizonMs
        val expected = Decay(after.age(times(later)), 4) / math.sqrt(times.length.toDouble) * Decay(between, 6)
        assert(math.abs(firsts.weight(earlier, later) - expected) <= 1e-12 * expected)
      }
    }
  }

  test("a product counts after another only if everything until the other was bought before it") {
    val counts = new Array[Float](4)
    // Baskets of a user can overlap: the third and the fourth were bought before the second.
    val firsts = new FirstPurchases(Array(0, 1, 2, 3, -1), Array(1, 9, 5, 7, 10).map(_ * Day), moment)
    def laterThan(earlier: Int): Seq[Boolean] = {
      java.util.Arrays.fill(counts, 0)
      firsts.addLater(earlier, counts, 0)
      counts.map(_ > 0).toSeq
    }
    assert(laterThan(0) === Seq(false, true, true, true))
    assert(laterThan(1) === Seq(false, false, false, false))
    assert(laterThan(2) === Seq(false, false, false, false), "the second was bought after the fourth")
  }
}
