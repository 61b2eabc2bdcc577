package cartograph.features

import cartograph.lists.{Lists, Ranked}
import cartograph.platform.Documents
import cartograph.ranking.{ByScorers, MatrixFactorisation, Ranker, Scorers}
import cartograph.sales.{ModelConfig, Purchases, Shop}
import cartograph.{Sale, SparkSuite}

/** A shop that is small enough to be ranked naively, over several blocks of users. */
class CandidatesTest extends SparkSuite {
  private val Day = 86400000L
  private val users = 40
  private val rows = {
    val random = new scala.util.Random(5)
    (0 until 1200).map { n =>
      val user = random.nextInt(users)
      Sale(f"u$user%02d", f"p${(user % 3) * 20 + random.nextInt(20)}%02d", (n / 10) * Day + random.nextInt(1000))
    }
  }
  private val config = ModelConfig(
    algorithm = Ranker.name,
    rank = 4,
    iterations = 3,
    regularisation = 0.3,
    alpha = 3,
    halfLifeHorizons = 4,
    quantityExponent = 0,
    topN = 5,
    holdoutShare = 0.1,
    holdoutFromMs = None,
    holdoutLastBasket = false,
    typeWeights = Map("purchase" -> 1.0),
    charges = Map.empty,
    learnEvery = 1,
    seed = 1,
    json = Documents.obj()
  )
  private def line(
      product: Int,
      atMs: Long,
      basket: String,
      quantity: Double,
      price: Option[Double] = None,
      weight: Double = 1
  ): Purchases.Line = Purchases.Line(product, atMs, basket, quantity, price, weight)
  private val moment = Moment(asOfMs = 121 * Day, horizonMs = 30 * Day)
  private lazy val all = sales(rows: _*)
  private lazy val shop = Shop.build(all, Map("purchase" -> 1.0), blocks = 3)
  private lazy val history = Purchases.of(shop, all, Map("purchase" -> 1.0)).persist()
  private def snapshotOf(plan: SnapshotPlan => SnapshotPlan): Snapshot = {
    val asOfMs = moment.asOfMs
    Snapshot.of(history.mapValues(_.before(asOfMs)), moment, plan(SnapshotPlan(shop.productCount, config)))
  }
  private lazy val snapshot = snapshotOf(identity)
  private lazy val found = Candidates.of(snapshot, snapshot.purchases.mapValues(_ => Array(0, 1))).collectAsMap()

  test("scores of matrix factorisation are the products of the factors") {
    val userFactors = snapshot.factors.users.collectAsMap()
    val productFactors = snapshot.factors.products.collectAsMap()
    assert(found.size === users)
    for ((user, candidates) <- found; row <- 0 until candidates.size) {
      val factor = productFactors.getOrElse(candidates.products(row), new Array[Float](4))
      val naive = userFactors(user).zip(factor).map { case (a, b) => a * b }.sum
      assert(math.abs(candidates.feature(row, Features.Als) - naive) < 1e-5)
    }
  }

  test("candidates are distinct, in the order of products, and include everything that the user bought") {
    for ((_, candidates) <- found) {
      assert(candidates.products.toSeq === candidates.products.distinct.sorted.toSeq)
      assert(candidates.bought.forall(product => candidates.products.contains(product)))
      assert(candidates.products.zip(candidates.owned).forall { case (product, owned) =>
        owned == candidates.bought.contains(product)
      })
    }
  }

  test("the count of a user's own purchases of a product is right") {
    val ids = shop.users.collect().toMap
    val numbers = shop.products.map(product => product.number -> product.id).collect().toMap
    for ((user, candidates) <- found; row <- 0 until candidates.size) {
      val bought = rows.filter(sale => sale.user == ids(user) && sale.product == numbers(candidates.products(row)))
      // A line per basket; without orders a basket is a day.
      assert(candidates.feature(row, Features.OwnCount) === bought.map(_.atMs / Day).distinct.size.toFloat)
    }
  }

  test("products that go together score higher than those that do not") {
    val numbers = shop.products.map(product => product.number -> product.id).collect().toMap
    def tasteOf(product: Int): Int = numbers(product).drop(1).toInt / 20
    def mean(isOfOwnTaste: Boolean): Double = {
      val scores = for {
        (user, candidates) <- found.toSeq
        row <- 0 until candidates.size
        if !candidates.owned(row) && (user % 3 == tasteOf(candidates.products(row))) == isOfOwnTaste
      } yield candidates.feature(row, Features.UsersScore).toDouble
      scores.sum / math.max(1, scores.size)
    }
    assert(mean(isOfOwnTaste = true) > 0 && mean(isOfOwnTaste = true) > 2 * mean(isOfOwnTaste = false))
  }

  test("alsPlace is the place among the candidates by als") {
    for ((_, candidates) <- found) {
      val order = (0 until candidates.size).sortBy(row => (-candidates.feature(row, Features.Als), candidates.products(row)))
      assert(order.map(candidates.feature(_, Features.AlsPlace).toInt) === order.indices)
    }
  }

  test("products that are not common are candidates of their buyers only, with the same features but for links") {
    val few = snapshotOf(_.copy(common = 5))
    assert(few.others.isEmpty, "all products are popular")
    val large = largeShop(common = 450)
    val full = largeShop(common = Similar.MaxProducts)
    assert(full.others.isEmpty)
    val others = large.others.map(_.keys.collect().toSet).getOrElse(Set.empty[Int])
    assert(others.nonEmpty && others.forall(large.common.value.placeOf(_) < 0))
    val wanted = Array(0, others.min, 99999)
    def candidatesOf(snapshot: Snapshot): Map[Int, Candidates] =
      Candidates.of(snapshot, snapshot.purchases.mapValues(_ => wanted)).collect().toMap
    val (found, expected) = (candidatesOf(large), candidatesOf(full))
    assert(found.keySet === expected.keySet)
    val linked = Seq(
      Features.UsersScore,
      Features.UsersPlace,
      Features.UsersMean,
      Features.BasketsScore,
      Features.AfterScore,
      Features.AfterMean,
      Features.Closest,
      Features.NewestBasketsScore,
      Features.AlsPlace
    )
    for ((user, candidates) <- found; plain = expected(user)) {
      assert(candidates.products.toSeq === candidates.products.distinct.sorted.toSeq)
      assert(candidates.bought.forall(candidates.products.contains(_)) && candidates.bought.toSeq === plain.bought.toSeq)
      assert(candidates.products.filter(others).toSet === candidates.bought.filter(others).toSet)
      assert((candidates.wanted.toSeq, candidates.wantedAls.toSeq) === ((plain.wanted.toSeq, plain.wantedAls.toSeq)))
      for {
        (product, row) <- candidates.products.zipWithIndex
        plainRow = plain.products.indexOf(product) if plainRow >= 0
        feature <- Features.all.filterNot(linked.contains)
      } assert(candidates.feature(row, feature) === plain.feature(plainRow, feature), s"${feature.name} of $product for $user")
    }
  }

  /** A shop of 30 users and more products than the lists of popular products have places. */
  private def largeShop(common: Int): Snapshot = {
    val random = new scala.util.Random(8)
    val all = sales((0 until 3000).map(n => Sale(s"u${n % 30}", f"p${random.nextInt(1500)}%04d", n / 300 * Day)): _*)
    val shop = Shop.build(all, Map("purchase" -> 1.0), blocks = 3)
    val history = Purchases.of(shop, all, Map("purchase" -> 1.0))
    val plan = SnapshotPlan(shop.productCount, config, common = common)
    Snapshot.of(history, Moment(asOfMs = 11 * Day, horizonMs = 5 * Day), plan)
  }

  test("without neighbours, lists by matrix factorisation are the same, and the other features of a pair are 0") {
    val plain = snapshotOf(_.copy(hasNeighbours = false))
    def candidatesOf(snapshot: Snapshot) = Candidates.of(snapshot, snapshot.purchases.mapValues(_ => Array.empty[Int]))
    def listsOf(snapshot: Snapshot): Map[Int, (Seq[Ranked], Seq[Ranked])] =
      MatrixFactorisation.lists(candidatesOf(snapshot), 5).collect().toMap
        .map { case (user, lists) => user -> ((lists.any.toSeq, lists.newOnly.toSeq)) }
    assert(listsOf(plain) === listsOf(snapshot))
    val computed = Seq(Features.Own, Features.User, Features.Product).flatMap(_.features) ++ Seq(Features.Als, Features.AlsPlace)
    val found = candidatesOf(snapshot).collect().toMap
    for ((user, candidates) <- candidatesOf(plain).collect(); row <- 0 until candidates.size; feature <- Features.all) {
      assert(candidates.products(row) === found(user).products(row))
      val expected = if (computed.contains(feature)) found(user).feature(row, feature) else 0f
      assert(candidates.feature(row, feature) === expected)
    }
  }

  test("lists by matrix factorisation equal those of a naive computation over the whole catalogue") {
    val lists =
      MatrixFactorisation.lists(Candidates.of(snapshot, snapshot.purchases.mapValues(_ => Array.empty[Int])), 5).collectAsMap()
    val userFactors = snapshot.factors.users.collectAsMap()
    val productFactors = snapshot.factors.products.collectAsMap()
    for ((user, Lists(any, discoveries)) <- lists) {
      val scores = productFactors.toSeq.map { case (product, factor) =>
        product -> factor.zip(userFactors(user)).map { case (a, b) => a * b }.sum
      }
      def naive(admitted: Int => Boolean): Seq[Float] =
        scores.filter { case (product, _) => admitted(product) }.map(_._2).sorted.reverse.take(5)
      def close(list: Array[Ranked], scores: Seq[Float]): Boolean =
        list.length == scores.length && list.zip(scores).forall { case (ranked, score) => math.abs(ranked.score - score) < 2e-3 }
      assert(close(any, naive(_ => true)) && close(discoveries, naive(!found(user).bought.contains(_))), s"user $user")
    }
  }

  test("products that are asked for are scored if some user had bought them") {
    for ((_, candidates) <- found) assert(candidates.wanted.toSeq === Seq(0, 1))
  }

  test("a purchase counts by its type, its damped quantity and its age") {
    val purchases = Purchases.gathered(Seq(
      line(1, atMs = 100, basket = "a", quantity = 9, weight = 2),
      line(1, atMs = 300, basket = "b", quantity = 4),
      line(2, atMs = 300, basket = "b", quantity = 1)
    ))
    def preferences(halfLife: Double, exponent: Double): Seq[(Int, Int, Double)] = {
      val configured = config.copy(halfLifeHorizons = halfLife, quantityExponent = exponent)
      val moment = Moment(asOfMs = 300, horizonMs = 100)
      Snapshot.preferences(sc.parallelize(Seq(7 -> purchases)), moment, configured).collect().toSeq.sortBy(_._2)
    }
    // The first is two horizons old.
    assert(preferences(halfLife = 2, exponent = 0) === Seq((7, 1, 2 * 0.5 + 1), (7, 2, 1.0)))
    assert(preferences(halfLife = 1, exponent = 0.5) === Seq((7, 1, 2 * 3 * 0.25 + 2), (7, 2, 1.0)))
  }

  test("a split within a day divides the purchases of that day, in one order or without orders") {
    for (order <- Seq(None, Some("o1"))) {
      val rows = Seq(
        Sale("ann", "lamp", 9 * 3600000L),
        Sale("ann", "vase", 18 * 3600000L),
        Sale("ann", "lamp", 20 * 3600000L, quantity = -1)
      )
      val all = sales(rows.map(_.copy(orderId = order)): _*)
      val purchases = Purchases.of(Shop.build(all, Map("purchase" -> 1.0), 1), all, Map("purchase" -> 1.0)).values.first()
      assert(purchases.before(14 * 3600000L).products.length === 1, "the vase is not known yet, and the lamp is not returned yet")
      assert(purchases.boughtWithin(14 * 3600000L, 19 * 3600000L).length === 1)
      assert(purchases.before(21 * 3600000L).products.toSeq === purchases.boughtWithin(14 * 3600000L, 19 * 3600000L).toSeq)
    }
  }

  test("popularity counts buyers over the whole catalogue, not lines") {
    // Sixty-five products that a few users buy often, and ten that many users bought once: more buyers, fewer lines.
    val often =
      for (product <- 0 until 65; user <- 0 until 3; day <- 0 until 4) yield Sale(s"few$user", f"often$product%02d", day * Day)
    val once = for (product <- 0 until 10; user <- 0 until 8) yield Sale(s"many$user", f"once$product%02d", 5 * Day)
    val all = sales(often ++ once: _*)
    val shop = Shop.build(all, Map("purchase" -> 1.0), 2)
    val history = Purchases.of(shop, all, Map("purchase" -> 1.0))
    val moment = Moment(asOfMs = 99 * Day, horizonMs = 30 * Day)
    val now = Snapshot.of(history.mapValues(_.before(moment.asOfMs)), moment, SnapshotPlan(shop.productCount, config))
    val lists =
      ByScorers.lists(
        Candidates.of(now, now.purchases.mapValues(_ => Array.empty[Int])),
        _ => Scorers.Popularity.default,
        10
      ).collect()
    val numbers = shop.products.map(product => product.number -> product.id).collect().toMap
    for ((_, list) <- lists) assert(list.any.forall(ranked => numbers(ranked.product).startsWith("once")))
  }

  test("the last baskets can be removed, and each can be read; a basket of returns alone does not count") {
    val purchases = Purchases.gathered(Seq(
      line(1, atMs = 10, basket = "a", quantity = 1),
      line(2, atMs = 20, basket = "b", quantity = 1),
      line(1, atMs = 20, basket = "b", quantity = 1),
      line(3, atMs = 30, basket = "c", quantity = 1),
      line(2, atMs = 40, basket = "d", quantity = -1)
    ))
    assert(purchases.basketCount === 3)
    assert(purchases.basketBefore(0).toSeq === Seq(3))
    assert(purchases.basketBefore(1).toSeq === Seq(1, 2))
    assert(purchases.basketBefore(9).isEmpty)
    assert(purchases.withoutLast(1).products.toSeq === Seq(1, 1, 2, 2))
    assert(purchases.withoutLast(1).before(99).products.toSeq === Seq(1, 1))
  }

  test("purchases before a moment leave out what was returned by then, and what came later") {
    val purchases = Purchases.gathered(Seq(
      line(1, atMs = 10, basket = "a", quantity = 2, price = Some(3)),
      line(1, atMs = 10, basket = "a", quantity = 1, price = Some(5)),
      line(2, atMs = 10, basket = "a", quantity = 1),
      line(2, atMs = 20, basket = "b", quantity = -1),
      line(3, atMs = 30, basket = "c", quantity = 1)
    ))
    assert(purchases.before(15).products.toSeq === Seq(1, 2))
    assert((purchases.before(15).quantities.head, purchases.before(15).prices.head) === ((3f, 4f)))
    assert(purchases.before(25).products.toSeq === Seq(1))
    assert(purchases.before(31).baskets.toSeq === Seq(0, 2))
    assert(purchases.boughtWithin(15, 31).toSeq === Seq(3))
  }
}
