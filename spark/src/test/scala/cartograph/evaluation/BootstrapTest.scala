package cartograph.evaluation

import cartograph.SparkSuite

class BootstrapTest extends SparkSuite {

  private def bootstrap(rows: Seq[Seq[Double]], partitions: Int = 3): Bootstrap = {
    val users = rows.zipWithIndex.map { case (values, user) => user -> Observed(values.toArray, values.map(_ => 1.0).toArray) }
    Bootstrap.of(sc.parallelize(users, partitions), rows.headOption.fold(1)(_.size))
  }

  test("the interval of users who are all alike has no width") {
    assert(bootstrap(Seq.fill(100)(Seq(0.25))).metric(0) === Some(Metric(0.25, 100, 0.25, 0.25)))
  }

  test("the interval of many users is that of the normal approximation, with one user per group or several") {
    for (count <- Seq(400, 6000)) {
      val random = new scala.util.Random(1)
      val values = Seq.fill(count)(random.nextGaussian())
      val metric = bootstrap(values.map(Seq(_))).metric(0).get
      val deviation = math.sqrt(values.map(value => math.pow(value - metric.value, 2)).sum / (count - 1))
      val width = (metric.high - metric.low) / (2 * 1.96 * deviation / math.sqrt(count.toDouble))
      assert(width > 0.88 && width < 1.12, s"$width times the expected width for $count users")
      assert(math.abs((metric.high + metric.low) / 2 - metric.value) < 0.1 * (metric.high - metric.low))
    }
  }

  test("a difference is paired: the interval of two columns that vary together has no width") {
    val random = new scala.util.Random(2)
    val rows = Seq.fill(200) { val value = random.nextDouble(); Seq(value + 0.1, value) }
    val difference = bootstrap(rows).difference(0, 1).get
    assert((difference.value, difference.low, difference.high) === ((0.1, 0.1, 0.1)))
    assert(bootstrap(rows).metric(0).get.high - bootstrap(rows).metric(0).get.low > 0.05)
  }

  test("a user with weight 0 in a column does not count in it; a column without users has no metric") {
    val users = Seq(0 -> Observed(Array(1.0, 0.0), Array(1.0, 0.0)), 1 -> Observed(Array(0.0, 0.0), Array(0.0, 0.0)))
    val bootstrap = Bootstrap.of(sc.parallelize(users), 2)
    assert(bootstrap.metric(0).map(metric => (metric.value, metric.n)) === Some((1.0, 1L)))
    assert(bootstrap.metric(1) === None)
    assert(Bootstrap.of(sc.emptyRDD[(Int, Observed)].repartition(1), 1).metric(0) === None)
  }

  test("the same users give the same interval in any number of partitions") {
    val random = new scala.util.Random(3)
    val rows = Seq.fill(300)(Seq(random.nextDouble()))
    assert(bootstrap(rows, partitions = 1).metric(0) === bootstrap(rows, partitions = 7).metric(0))
  }
}
