package cartograph.output

import com.fasterxml.jackson.databind.JsonNode

import cartograph.features.{DescribedProducts, Features, PairFeatures, ProductStats, Snapshot}
import cartograph.lists.ListKind
import cartograph.platform.Documents.{arr, obj}
import cartograph.platform.{BlocksFile, Log, RunFile, RunFiles, Tensors}
import cartograph.ranking.{Fitted, ListOrder, RankerDocument}
import cartograph.sales.{ModelConfig, SaleTypes, Shop}

/**
 * What a request needs to be answered as the lists of the run were made: `model/answer.json` and `model/answer.safetensors`. See
 * docs/files.md and AnswerModel in lambdas/shared/contract/answer-model.ts.
 *
 * @param snapshot that the lists were made from
 * @param fitted   orders the lists
 */
final case class AnswerModel(
    run: Int,
    attempt: Int,
    shop: Shop,
    snapshot: Snapshot,
    fitted: Fitted,
    types: SaleTypes,
    config: ModelConfig
) {
  private val orders: Seq[(ListKind, Option[ListOrder])] = ListKind.all.map(list => list -> fitted.order(list))

  /** @param histories that [[AnswerHistories]] wrote */
  def write(files: RunFiles, histories: Seq[BlocksFile]): Seq[RunFile] = {
    val products = DescribedProducts.of(snapshot, shop.productCount)
    val tensors = AnswerTensors.texts(shop) ++ AnswerTensors.products(products, snapshot.rank) ++
      AnswerTensors.popular(snapshot.popular.value) ++ AnswerTensors.links(products.common) ++
      AnswerTensors.gram(snapshot.factors.gram, snapshot.rank) ++
      orders.flatMap { case (list, order) => order.toSeq.flatMap(AnswerTensors.trees(list.name, _)) }
    Seq(
      files.json("model/answer.json", document(products, histories)),
      files.binary("model/answer.safetensors", shop.productCount.toLong)(Tensors.write(tensors, _))
    )
  }

  private def document(products: DescribedProducts, histories: Seq[BlocksFile]): JsonNode = obj(
    "version" -> AnswerModel.Version,
    "run" -> run,
    "attempt" -> attempt,
    "asOfMs" -> snapshot.moment.asOfMs,
    "horizonMs" -> snapshot.moment.horizonMs,
    "rank" -> snapshot.rank,
    "alpha" -> config.alpha,
    "regularisation" -> config.regularisation,
    "halfLifeHorizons" -> config.halfLifeHorizons,
    "quantityExponent" -> config.quantityExponent,
    "topN" -> config.topN,
    "typeWeights" -> obj(types.weights.toSeq.sorted: _*),
    "configuredWeights" -> obj(config.typeWeights.toSeq.sorted.map { case (name, weight) =>
      name -> weight / types.heaviest
    }: _*),
    "columns" -> arr(Features.all.map(_.name)),
    "productColumns" -> arr(Features.Product.features.map(_.name)),
    "lists" -> obj(orders.map { case (list, order) => list.name -> AnswerModel.orderNode(order) }: _*),
    "spans" -> arr(ProductStats.Spans.toSeq.map(span => Option.when(span.isFinite)(span))),
    "products" -> shop.productCount,
    "common" -> products.common.size,
    "hasNeighbours" -> (snapshot.pairs == PairFeatures.All),
    "missingProducts" -> products.missing,
    "histories" -> Explorer.partsNode(histories)
  )
}

object AnswerModel {
  /** Of the format. Readers refuse another one. */
  private val Version = 1
  /** With more products, neither the job nor its readers have the memory for all ids and rows. */
  private val MostProducts = 1000000

  /** Returns false, and logs the reason, if the shop has too many products. */
  def isWritable(shop: Shop): Boolean = {
    val isSmall = shop.productCount <= MostProducts
    if (!isSmall)
      Log.warn(
        s"No model is written that requests can be answered from: there are ${shop.productCount} products, should be at most $MostProducts",
        obj("products" -> shop.productCount)
      )
    isSmall
  }

  private def orderNode(order: Option[ListOrder]): JsonNode = order.fold(obj("scorer" -> "matrixFactorisation")) { found =>
    obj(
      "scorer" -> "blend",
      "baseline" -> RankerDocument.byFeatureNode(found.baseline),
      "blend" -> found.blend.map(RankerDocument.blendNode),
      "ensembles" -> found.ensembles.size,
      "treesPerEnsemble" -> found.ensembles.headOption.fold(0)(_.trees.length)
    )
  }
}
