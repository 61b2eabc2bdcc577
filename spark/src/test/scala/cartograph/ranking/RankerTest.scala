package cartograph.ranking

import org.apache.spark.rdd.RDD

import cartograph.SparkSuite
import cartograph.features.{Candidates, Feature, Features}
import cartograph.lists.ListKind

class RankerTest extends SparkSuite {
  private val Products = 30

  /**
   * A user with a candidate for every product. Popularity is the same for all users; the affinity of matrix factorisation is
   * random. The user buys two products, drawn by `appeal`: highest first.
   */
  private def labelled(random: scala.util.Random)(appeal: (Double, Double) => Double): Labelled = {
    val features = new Array[Float](Products * Features.Width)
    val affinity = Array.fill(Products)(random.nextDouble())
    val popularity = Array.tabulate(Products)(product => 1.0 - product.toDouble / Products)
    for (product <- 0 until Products) {
      features(product * Features.Width + Features.Als.position) = affinity(product).toFloat
      features(product * Features.Width + Features.ProductOne.position) = popularity(product).toFloat
      features(product * Features.Width + Features.ProductBuyers.position) = popularity(product).toFloat
    }
    val bought = (0 until Products).sortBy(product => -appeal(popularity(product), affinity(product))).take(2).sorted.toArray
    Labelled(
      Candidates(
        products = Array.range(0, Products),
        owned = new Array[Boolean](Products),
        bought = Array.empty,
        features = features,
        wanted = Array.empty,
        wantedAls = Array.empty
      ),
      bought
    )
  }

  private def window(users: Int, seed: Int)(appeal: scala.util.Random => (Double, Double) => Double) = {
    val random = new scala.util.Random(seed)
    sc.parallelize(Seq.tabulate(users)(user => user -> labelled(random)(appeal(random))), 2)
  }

  private def treesOf(windows: Seq[RDD[(Int, Labelled)]]): WindowTrees =
    new WindowTrees(windows.map(RankingSamples.sample(_, ListKind.New, 42)), 42)

  private def chosenOf(windows: RDD[(Int, Labelled)]*): Choice = BlendChoice.of(windows, ListKind.New, treesOf(windows))

  private def chosen(users: Int)(appeal: scala.util.Random => (Double, Double) => Double): Choice =
    chosenOf(window(users, 1)(appeal), window(users, 2)(appeal))

  test("a shop where purchases follow popularity and chance alone is ordered by popularity") {
    for (users <- Seq(60, 200, 600)) {
      val choice = chosen(users)(random => (popularity, _) => popularity + 1.5 * random.nextDouble())
      assert(choice.blend === None, s"$users users: ${choice.tried}")
    }
  }

  test("a shop where purchases follow affinity is ordered by a model that gets most of the weight") {
    val choice = chosen(300)(random => (_, affinity) => affinity + 0.1 * random.nextDouble())
    assert(choice.blend.exists(_.weight >= 0.7), choice.tried.toString)
  }

  test("a little affinity beside popularity is enough for a blend that is better than popularity") {
    val choice = chosen(600)(random => (popularity, affinity) => popularity + 0.5 * affinity + 0.6 * random.nextDouble())
    val ndcg = choice.tried.toMap
    assert(choice.blend.exists(blend => ndcg(blend.name) > ndcg(choice.baseline.name)), choice.tried.toString)
  }

  /** The users of a window with the same affinity in other features, and 0 in that of matrix factorisation. */
  private def moved(users: RDD[(Int, Labelled)], to: Feature*): RDD[(Int, Labelled)] =
    sc.parallelize(
      users.collect().toSeq.map { case (user, labelled) =>
        val features = labelled.candidates.features.clone
        for (product <- 0 until Products) {
          val row = product * Features.Width
          val affinity = features(row + Features.Als.position)
          features(row + Features.Als.position) = 0
          to.foreach(feature => features(row + feature.position) = affinity)
        }
        user -> labelled.copy(candidates = labelled.candidates.copy(features = features))
      },
      2
    )

  test("a shop where purchases follow what is bought together is ordered by co-purchase; where baskets say nothing, by users") {
    for (feature <- Seq(Features.BasketsScore, Features.UsersScore)) {
      val users = moved(window(300, 1)(random => (_, affinity) => affinity + 0.1 * random.nextDouble()), feature)
      val choice = chosenOf(users)
      assert(choice.blend.map(_.mixture) === Some(Mixture(trees = 0, factors = 0, coPurchase = 1)), choice.tried.toString)
      val noTrees = ByTrees(Array.empty, ListKind.New)
      assert(choice.blend.map(_.scorer(noTrees, choice.baseline, ListKind.New).name) === Some("coPurchase"))
    }
  }

  test("where it is only likely that something personal is known, a careful blend keeps most of the baseline's order") {
    val users = moved(
      window(120, 5)(random => (popularity, affinity) => 0.7 * popularity + 0.4 * affinity + 1.2 * random.nextDouble()),
      Features.Als,
      Features.BasketsScore
    )
    val choice = chosenOf(users)
    assert(choice.blend === Some(Blend(0.4, 0, Mixture(trees = 0, factors = 0.5, coPurchase = 0.5))), choice.tried.toString)
  }

  test("the weights of a blend are the shares of its mixture, and the baseline has the rest") {
    val blend = Blend(0.5, 25, Mixture(trees = 0.5, factors = 0.25, coPurchase = 0.25))
    assert(blend.weights === Seq(0.25, 0.125, 0.125, 0.5))
    assert(blend.name === "0.5 25 trees + 0.25 matrixFactorisation + 0.25 coPurchase, weight 0.5")
    assertThrows[IllegalArgumentException](Mixture(trees = 0.5, factors = 0.25, coPurchase = 0))
    assertThrows[IllegalArgumentException](Blend(0.5, 0, Mixture(trees = 1, factors = 0, coPurchase = 0)))
  }

  test("trees for a window learn from the other windows, so a shop with one window has none") {
    val windows = Seq(1, 2).map(window(300, _)(_ => (_, affinity) => affinity))
    assert(treesOf(windows.take(1)).withoutEach === Seq(None))
    val one = chosenOf(windows.head)
    assert(one.blend.exists(_.trees == 0), one.tried.toString)
    assert(treesOf(windows).withoutEach.forall(_.nonEmpty))
  }

  test("more trees than 50 grow only where 50 are better than 25 on the windows that they did not learn from") {
    def sizes(windows: Seq[RDD[(Int, Labelled)]]) = treesOf(windows).withoutEach.map(_.map(_.trees.length))
    // Without a pattern, more trees only learn the labels of their own windows by heart.
    val noise = Seq(1, 2).map(window(300, _)(random => (_, _) => random.nextDouble()))
    assert(sizes(noise) === Seq(Some(50), Some(50)))
    def tries(windows: Seq[RDD[(Int, Labelled)]], trees: Int) =
      chosenOf(windows: _*).tried.exists { case (name, _) => name.contains(s"$trees trees") }
    assert(tries(noise, 50) && !tries(noise, 100))
    val pattern = Seq(1, 2).map(window(300, _)(_ => (popularity, affinity) => affinity * affinity - popularity * affinity))
    assert(sizes(pattern) === Seq(Some(100), Some(100)))
    assert(tries(pattern, 50) && tries(pattern, 100))
  }

  test("an empty window decides nothing; if the others have too few users without one of them, none has trees") {
    val empty = sc.parallelize(Seq.empty[(Int, Labelled)])
    val windows = Seq(1, 2).map(window(60, _)(_ => (_, affinity) => affinity))
    val sizes = treesOf(windows :+ empty).withoutEach.map(_.map(_.trees.length))
    assert(sizes.size === 3 && sizes.forall(size => size.nonEmpty && size == sizes.head))
    assert(treesOf(windows.take(1) :+ empty).withoutEach === Seq(None, None))
  }

  private def parts(trees: Trees) = trees.trees.map(tree => (tree.feature.toSeq, tree.value.toSeq)).toSeq

  test("trees learn from older windows too, and none is left out: with one, a single window has trees") {
    val windows = Seq(1, 2).map(window(60, _)(_ => (_, affinity) => affinity))
    val samples = windows.map(RankingSamples.sample(_, ListKind.New, 42))
    val trees = new WindowTrees(samples.take(1), 42, older = samples.drop(1))
    val all = new WindowTrees(samples, 42)
    def first(trees: Trees) = parts(trees.first(WindowTrees.Early))
    assert(trees.withoutEach.map(_.map(first)) === all.withoutEach.take(1).map(_.map(first)))
    assert(parts(trees.whole(10)) === parts(all.whole(10)))
  }

  test(
    "a fitted ranker has an ensemble for each window, and one that learned from all, older ones too; no choice is made in them"
  ) {
    def learned(seed: Int) = window(300, seed)(random => (_, affinity) => affinity + 0.1 * random.nextDouble())
    def ordersOf(olderWindows: RDD[(Int, Labelled)]*) = {
      val fitted = Ranker.fit(Seq(learned(1), learned(2)), 42, olderWindows)
      ListKind.all.map(list => list -> fitted.order(list).get.ensembles).toMap
    }
    val (alone, withOlder) = (ordersOf(), ordersOf(learned(3)))
    for (list <- ListKind.all; ensembles <- Seq(alone, withOlder)) assert(ensembles(list).size === 3, list.name)
    def equal(list: ListKind) = alone(list).zip(withOlder(list)).map { case (one, other) => parts(one) == parts(other) }
    assert(equal(ListKind.New) === Seq(false, false, false))
    assert(equal(ListKind.Any) === Seq(true, true, true))
  }

  test("the best variant of each baseline is found: the last eighth of a horizon, if it alone tells what is bought") {
    val users = window(100, 1)(_ => (popularity, _) => popularity).collect().toSeq.map { case (user, labelled) =>
      val features = labelled.candidates.features.clone
      for (product <- 0 until Products) {
        val row = product * Features.Width
        features(row + Features.ProductEighth.position) = features(row + Features.ProductOne.position)
        features(row + Features.ProductOne.position) = -features(row + Features.ProductOne.position)
        features(row + Features.ProductQuarter.position) = features(row + Features.ProductOne.position)
      }
      user -> labelled.copy(candidates = labelled.candidates.copy(features = features))
    }
    val choice = chosenOf(sc.parallelize(users, 2))
    assert(choice.baselines.collect { case ByFeature("recentPopularity", feature, _) => feature } === Seq(Features.ProductEighth))
  }

  test("with fewer than 50 users in all windows nothing is certain, and the baseline orders the list") {
    assert(chosen(24)(_ => (_, affinity) => affinity).blend === None)
  }

  test("where nothing is known of co-purchase, recent popularity decides, and not the number of a product") {
    val one = labelled(new scala.util.Random(1))((popularity, _) => popularity).candidates
    val features = one.features.clone
    for (product <- 0 until Products)
      features(product * Features.Width + Features.ProductOne.position) = product.toFloat / Products
    features(3 * Features.Width + Features.UsersScore.position) = 0.01f
    features(5 * Features.Width + Features.BasketsScore.position) = 0.01f
    val places = Blended.places(Scorers.CoPurchase, one.copy(features = features), ListKind.New)
    assert((0 until Products).sortBy(places(_)).take(4) === Seq(5, 3, Products - 1, Products - 2))
  }

  test("a blend adds the reciprocal places of both orders, by weight") {
    // The model's order is lamp, vase, mug, the baseline's is mug, lamp, vase.
    val scores = Blended.scores(Seq(Array(0, 1, 2) -> 0.7, Array(1, 2, 0) -> 0.3))
    val byHand = Seq(0.7 / 10 + 0.3 / 11, 0.7 / 11 + 0.3 / 12, 0.7 / 12 + 0.3 / 10)
    scores.toSeq.zip(byHand).foreach { case (score, expected) => assert(math.abs(score - expected) < 1e-12) }
  }

  test("places count only the candidates that the list admits") {
    val one = labelled(new scala.util.Random(1))((popularity, _) => popularity).candidates
    val owning = one.copy(owned = Array.tabulate(Products)(_ == 0))
    assert(Blended.places(Scorers.Popularity.default, owning, ListKind.New).take(3).toSeq === Seq(-1, 0, 1))
    assert(Blended.places(Scorers.Popularity.default, owning, ListKind.Any).take(3).toSeq === Seq(0, 1, 2))
  }
}
