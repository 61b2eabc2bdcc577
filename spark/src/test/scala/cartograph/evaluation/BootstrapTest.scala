package cartograph.evaluation

import cartograph.SparkSuite

class BootstrapTest extends SparkSuite {

  private def of(rows: Seq[Seq[Double]], partitions: Int = 3): Bootstrap = {
    val users = rows.zipWithIndex.map { case (values, user) => user -> Observed(values.toArray, values.map(_ => 1.0).toArray) }
    Bootstrap.of(sc.parallelize(users, partitions), rows.headOption.fold(1)(_.size))
  }

  test("users who are all alike leave no doubt") {
    assert(of(Seq.fill(100)(Seq(0.25))).metric(0) === Some(Metric(0.25, 100, 0.25, 0.25)))
  }

  test("of many users the interval is that of the normal approximation, whether they fit into the groups or not") {
    for (count <- Seq(400, 6000)) {
      val random = new scala.util.Random(1)
      val values = Seq.fill(count)(random.nextGaussian())
      val metric = of(values.map(Seq(_))).metric(0).get
      val deviation = math.sqrt(values.map(value => math.pow(value - metric.value, 2)).sum / (count - 1))
      val width = (metric.high - metric.low) / (2 * 1.96 * deviation / math.sqrt(count.toDouble))
      assert(width > 0.88 && width < 1.12, s"$width of what is expected for $count users")
      assert(math.abs((metric.high + metric.low) / 2 - metric.value) < 0.1 * (metric.high - metric.low))
    }
  }

  test("a difference is paired: two columns that waver alike differ without a doubt") {
    val random = new scala.util.Random(2)
    val rows = Seq.fill(200) { val value = random.nextDouble(); Seq(value + 0.1, value) }
    val difference = of(rows).difference(0, 1).get
    assert((difference.value, difference.low, difference.high) === ((0.1, 0.1, 0.1)))
    assert(of(rows).metric(0).get.high - of(rows).metric(0).get.low > 0.05)
  }

  test("who says nothing of a column does not count in it; a column of which nobody says anything is no metric") {
    val users = Seq(0 -> Observed(Array(1.0, 0.0), Array(1.0, 0.0)), 1 -> Observed(Array(0.0, 0.0), Array(0.0, 0.0)))
    val bootstrap = Bootstrap.of(sc.parallelize(users), 2)
    assert(bootstrap.metric(0).map(metric => (metric.value, metric.n)) === Some((1.0, 1L)))
    assert(bootstrap.metric(1) === None)
    assert(Bootstrap.of(sc.emptyRDD[(Int, Observed)].repartition(1), 1).metric(0) === None)
  }

  test("the same users give the same interval, in whatever partitions they come") {
    val random = new scala.util.Random(3)
    val rows = Seq.fill(300)(Seq(random.nextDouble()))
    assert(of(rows, partitions = 1).metric(0) === of(rows, partitions = 7).metric(0))
  }
}
