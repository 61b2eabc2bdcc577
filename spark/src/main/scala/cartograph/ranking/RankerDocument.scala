package cartograph.ranking

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode

import cartograph.features.{Feature, Features}
import cartograph.lists.ListKind
import cartograph.platform.Documents.{arr, obj}
import cartograph.platform.Fields

/** The form in which a run keeps what its ranker learned, exactly: numbers are written with all their digits. */
private[cartograph] object RankerDocument {

  def of(orders: Map[ListKind, ListOrder]): JsonNode =
    obj(ListKind.all.map(list => list.name -> orderNode(orders(list))): _*)

  /** @throws IllegalArgumentException if a field is missing, has the wrong type or names an unknown feature; the message names key */
  def parse(key: String, document: JsonNode): Map[ListKind, ListOrder] =
    ListKind.all.map(list => list -> order(key, new Fields(key, document).node(list.name))).toMap

  private def orderNode(order: ListOrder): JsonNode = obj(
    "baseline" -> byFeatureNode(order.baseline),
    "baselines" -> arr(order.baselines.map(byFeatureNode)),
    "blend" -> order.blend.map(blendNode),
    "ensembles" -> arr(order.ensembles.map(ensemble => arr(ensemble.trees.map(treeNode))))
  )

  private def order(key: String, node: JsonNode): ListOrder = {
    val fields = new Fields(key, node)
    ListOrder(
      baseline = byFeature(key, fields.node("baseline")),
      baselines = fields.node("baselines").elements.asScala.map(byFeature(key, _)).toSeq,
      blend = Some(fields.node("blend")).filterNot(_.isNull).map { blend =>
        val own = new Fields(key, blend)
        val mixture = new Fields(key, own.node("mixture"))
        val shares = Mixture(mixture.number("trees"), mixture.number("factors"), mixture.number("coPurchase"))
        Blend(own.number("weight"), own.number("trees").toInt, shares)
      },
      ensembles = fields.node("ensembles").elements.asScala
        .map(ensemble => Trees(ensemble.elements.asScala.map(tree(key, _)).toArray))
        .toSeq
    )
  }

  def blendNode(blend: Blend): JsonNode = {
    val Mixture(trees, factors, coPurchase) = blend.mixture
    val mixture = obj("trees" -> trees, "factors" -> factors, "coPurchase" -> coPurchase)
    obj("weight" -> blend.weight, "trees" -> blend.trees, "mixture" -> mixture)
  }

  def byFeatureNode(scorer: ByFeature): JsonNode =
    obj("name" -> scorer.name, "feature" -> scorer.feature.name, "second" -> scorer.second.name)

  private def byFeature(key: String, node: JsonNode): ByFeature = {
    val fields = new Fields(key, node)
    ByFeature(fields.text("name"), feature(key, fields.text("feature")), feature(key, fields.text("second")))
  }

  private def feature(key: String, name: String): Feature = Features.all.find(_.name == name).getOrElse(
    throw new IllegalArgumentException(s"Cannot read $key: there is no feature $name")
  )

  /** A split names its feature, so that the document can be read without knowing positions; a leaf has the name "". */
  private def treeNode(tree: Tree): JsonNode = obj(
    "feature" -> arr(tree.feature.map(column => if (column < 0) "" else Features.all(column).name)),
    "threshold" -> arr(tree.threshold.map(_.toDouble)),
    "left" -> arr(tree.children),
    "value" -> arr(tree.value),
    "gain" -> arr(tree.gain)
  )

  private def tree(key: String, node: JsonNode): Tree = {
    val fields = new Fields(key, node)
    def numbers(name: String): Array[Double] = fields.node(name).elements.asScala.map(_.asDouble).toArray
    Tree(
      feature = fields.node("feature").elements.asScala
        .map(name => if (name.asText.isEmpty) -1 else feature(key, name.asText).position)
        .toArray,
      threshold = numbers("threshold").map(_.toFloat),
      children = numbers("left").map(_.toInt),
      value = numbers("value"),
      gain = numbers("gain")
    )
  }
}
