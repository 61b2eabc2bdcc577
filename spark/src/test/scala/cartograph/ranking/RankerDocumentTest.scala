package cartograph.ranking

import org.scalatest.funsuite.AnyFunSuite

import cartograph.features.Features
import cartograph.lists.ListKind
import cartograph.platform.Documents

class RankerDocumentTest extends AnyFunSuite {
  private val popularity = ByFeature("popularity", Features.ProductBuyers, Features.ProductEver)
  private val frequency = ByFeature("personalFrequency", Features.OwnCount, Features.ProductOne)

  private val tree = Tree(
    feature = Array(Features.Als.position, -1, -1),
    threshold = Array(0.1f, 0, 0),
    children = Array(1, 0, 0),
    value = Array(0, 1.0 / 3, -2.5e-17),
    gain = Array(math.Pi, 0, 0)
  )
  private val orders: Map[ListKind, ListOrder] = Map(
    ListKind.Any -> ListOrder(frequency, Seq(frequency, popularity), None, Nil),
    ListKind.New -> ListOrder(
      popularity,
      Seq(popularity),
      Some(Blend(0.85, 1, Mixture(trees = 0.75, factors = 0.25, coPurchase = 0))),
      Seq(Trees(Array(tree)), Trees(Array(tree, tree)))
    )
  )

  private def written: String = RankerDocument.of(orders).toString

  test("what was learned is read as it was, to the last bit") {
    val read = RankerDocument.parse("ranker.json", Documents.parse("ranker.json", written))
    assert(read(ListKind.Any) === orders(ListKind.Any))
    assert(read(ListKind.New).copy(ensembles = Nil) === orders(ListKind.New).copy(ensembles = Nil))
    val trees = read(ListKind.New).ensembles.map(_.trees.toSeq)
    assert(trees.map(_.size) === Seq(1, 2))
    for (found <- trees.flatten) {
      assert(found.feature.toSeq === tree.feature.toSeq && found.children.toSeq === tree.children.toSeq)
      assert(found.threshold.toSeq === tree.threshold.toSeq)
      assert(found.value.toSeq === tree.value.toSeq && found.gain.toSeq === tree.gain.toSeq)
    }
  }

  test("splits name their features; an unknown one is refused with its name") {
    assert(written.contains("""["als","",""]"""))
    val other = Documents.parse("ranker.json", written.replace("\"als\"", "\"magic\""))
    val message = intercept[IllegalArgumentException](RankerDocument.parse("ranker.json", other)).getMessage
    assert(message === "Cannot read ranker.json: there is no feature magic")
  }
}
