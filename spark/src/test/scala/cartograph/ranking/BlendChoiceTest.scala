package cartograph.ranking

import org.scalatest.funsuite.AnyFunSuite

import cartograph.features.{Candidates, Features}
import cartograph.lists.{ListKind, RankingMeasures}

class BlendChoiceTest extends AnyFunSuite {
  private val Products = 400

  /** Candidates with random features, some of them equal, of which the user has bought every seventh. */
  private def candidates(random: scala.util.Random): Candidates = Candidates(
    products = Array.range(0, Products),
    owned = Array.tabulate(Products)(_ % 7 == 0),
    bought = Array.range(0, Products, 7),
    features = Array.fill(Products * Features.Width)(random.nextInt(100) / 100f),
    wanted = Array.empty,
    wantedAls = Array.empty
  )

  /** A tree with one split, on a random feature. */
  private def tree(random: scala.util.Random): Tree = Tree(
    feature = Array(random.nextInt(Features.Width), -1, -1),
    threshold = Array(random.nextFloat(), 0, 0),
    children = Array(1, 0, 0),
    value = Array(0, -random.nextDouble(), random.nextDouble()),
    gain = new Array(3)
  )

  test("the first products by every blend are those that blending the whole orders gives") {
    val random = new scala.util.Random(1)
    val trees = Trees(Array.fill(WindowTrees.Most)(tree(random)))
    for (_ <- 1 to 10; list <- ListKind.all; grown <- Seq(WindowTrees.Early, WindowTrees.Most)) {
      val user = candidates(random)
      val baseline = Scorers.baselines(list).head.default
      val blends = BlendChoice.Blends.filter(_.trees <= grown)
      val found = BlendChoice.firstOf(user, list, baseline, blends, Some(trees.first(grown)))
      for ((blend, first) <- blends.zip(found)) {
        val scorer = blend.scorer(ByTrees(Array(trees.first(math.max(1, blend.trees))), list), baseline, list)
        val expected = Scorers.best(scorer, user, list, RankingMeasures.Depth).map(_.product)
        assert(first.toSeq === expected.toSeq, s"${list.name}, ${blend.name}")
      }
    }
  }

  test("a product that is far down in every order may still be among the first ten of a blend") {
    val list = ListKind.New
    val baseline = Scorers.baselines(list).head.default
    val Far = 22
    // Each order begins with ten products of its own and twelve that no other order has among its first; the same product follows.
    val rows = Seq(Features.Als, Features.BasketsScore, baseline.feature).zipWithIndex.map { case (feature, order) =>
      val first = (Array.range(0, 10).map(_ + 10 * order) ++ Array.range(100, 112).map(_ + 20 * order) :+ 50).zipWithIndex.toMap
      feature -> Array.tabulate(Products)(product => first.get(product).fold(product - 1000f)(place => 1000f - place))
    }
    val features = new Array[Float](Products * Features.Width)
    for ((feature, values) <- rows; product <- 0 until Products)
      features(product * Features.Width + feature.position) = values(product)
    val user = candidates(new scala.util.Random(3)).copy(owned = new Array(Products), features = features)
    assert(rows.forall { case (feature, _) =>
      val values = (0 until Products).map(product => features(product * Features.Width + feature.position))
      values.count(_ > values(50)) == Far
    })
    val blend = Blend(0.7, 0, Mixture(trees = 0, factors = 0.5, coPurchase = 0.5))
    assert(BlendChoice.firstOf(user, list, baseline, Seq(blend), trees = None).head.contains(50))
    assert(BlendChoice.Near === 46)
  }

  test("a user with few candidates gets all of them that the list admits") {
    val user = candidates(new scala.util.Random(2))
    val few =
      user.copy(products = Array(3, 7, 9), owned = Array(false, true, false), features = user.features.take(3 * Features.Width))
    val blends = BlendChoice.Blends.filter(_.trees == 0)
    def first(list: ListKind) = BlendChoice.firstOf(few, list, Scorers.Popularity.default, blends, trees = None)
    assert(first(ListKind.New).forall(_.sorted.toSeq == Seq(3, 9)))
    assert(first(ListKind.Any).forall(_.sorted.toSeq == Seq(3, 7, 9)))
  }
}
