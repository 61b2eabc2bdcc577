package cartograph.output

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

import cartograph.Sale
import cartograph.features.{Candidates, Features, Moment, Snapshot, SnapshotPlan}
import cartograph.lists.{ListKind, Lists}
import cartograph.platform.{BlocksFile, Documents, RunFile, RunFiles}
import cartograph.ranking.{Blend, Fitted, ListOrder, Mixture, Ranker, Scorers, Tree, Trees}
import cartograph.sales.{Interaction, ModelConfig, Purchases, SaleTypes, Shop}

/**
 * A small shop with everything that an answer depends on: prices, orders, returns, views, spellings of types, users of one product
 * and of many, products that are not common, and lists that all parts of a blend order.
 *
 * Its trees are drawn, and not learned: so they split by every kind of feature, often exactly at a value that occurs.
 */
final class AnswerShop(sc: SparkContext) {
  import AnswerShop._

  private val interactions: RDD[Interaction] =
    sc.parallelize(
      rows.zipWithIndex.map { case (sale, offset) => sale.copy(address = sale.address.copy(offset = offset.toLong)) },
      2
    )
  private val types = SaleTypes.of(interactions, Weights)
  val shop: Shop = Shop.build(interactions, types.weights, blocks = 2)
  private val history = Purchases.of(shop, interactions, types.weights).persist()
  val snapshot: Snapshot =
    Snapshot.of(history.mapValues(_.before(Now.asOfMs)), Now, SnapshotPlan(shop.productCount, config, common = Counted))
  val candidates: Map[Int, Candidates] =
    Candidates.of(snapshot, snapshot.purchases.mapValues(_ => Array.empty[Int])).collect().toMap

  /** What a run would have learned. */
  val fitted: Fitted = {
    val random = new scala.util.Random(3)
    val seen = candidates.toSeq.sortBy(_._1).flatMap { case (_, all) => all.features.grouped(Features.Width) }.toIndexedSeq
    val byOwn = Scorers.PersonalFrequency.variants(1)
    val recent = Scorers.RecentPopularity.default
    def ensembles(count: Int, trees: Int): Seq[Trees] = Seq.fill(count)(Trees(Array.fill(trees)(drawn(random, seen))))
    val any = ListOrder(byOwn, Seq(byOwn), Some(Blend(0.7, 14, Mixture(0.5, 0.3, 0.2))), ensembles(3, 14))
    val discoveries = ListOrder(recent, Seq(recent), Some(Blend(0.8, 12, Mixture(0.6, 0.4, 0))), ensembles(2, 12))
    Ranker.of(Map(ListKind.Any -> any, ListKind.New -> discoveries))
  }

  /** @return by user, both lists of at most `depth` products */
  def lists(depth: Int): Map[Int, Lists] =
    fitted.lists(sc.parallelize(candidates.toSeq.sortBy(_._1), 2), depth).collect().toMap

  /** Writes the files as a run does. @return the histories, and the other files */
  def write(files: RunFiles): (Seq[BlocksFile], Seq[RunFile]) = {
    val histories = AnswerHistories.write(files, shop, history)
    val model = AnswerModel(run = 1, attempt = 1, shop, snapshot, fitted, types, config)
    (histories, model.write(files, histories))
  }
}

object AnswerShop {
  private val Day = 86400000L
  private val Days = 95
  private val (users, products) = (300, 520)
  /** Products with neighbours. */
  private val Counted = 60
  val Now: Moment = Moment(asOfMs = Days * Day, horizonMs = 20 * Day)
  private val Weights = Map("purchase" -> 2.0, "gift" -> 1.0, "view" -> 0.2, "impression" -> 0.0)

  val config: ModelConfig = ModelConfig(
    algorithm = Ranker.name,
    rank = 8,
    iterations = 4,
    regularisation = 0.1,
    alpha = 5,
    halfLifeHorizons = 4,
    quantityExponent = 0.5,
    topN = 10,
    holdoutShare = 0.1,
    holdoutFromMs = None,
    holdoutLastBasket = false,
    typeWeights = Weights,
    charges = Map.empty,
    learnEvery = 1,
    seed = 1,
    json = Documents.obj()
  )

  /** Most sales are of the first products, so that some products are bought once. The first users buy most. */
  private val rows: Seq[Interaction] = {
    val random = new java.util.Random(17)
    def product(taste: Int): Int = {
      val place = (products * math.sqrt(random.nextDouble()) * random.nextDouble() * random.nextDouble()).toInt
      (place * 3 + taste) % products
    }
    val baskets = for (user <- 0 until users; basket <- 0 until 1 + 2400 / (120 + 9 * user)) yield (user, basket)
    baskets.flatMap { case (user, basket) =>
      val atMs = (Days * Day * random.nextDouble()).toLong
      val order = Option.when(random.nextInt(3) > 0)(s"order-$user-$basket")
      (0 to random.nextInt(4)).flatMap { line =>
        val kind = Seq("purchase", "purchase", "purchase", "Purchase", "gift", "view", "impression")(random.nextInt(7))
        val units = if (random.nextInt(5) == 0) 0.25 * (1 + random.nextInt(12)) else 1.0 + random.nextInt(3)
        val sale = Sale(
          f"u$user%03d",
          f"p${product(user % 3)}%03d",
          math.min(atMs + line * 60000L, Days * Day - 1),
          quantity = units,
          kind = kind,
          name = Option.when(random.nextBoolean())(s"Läufer №${line + 1}")
        ).copy(orderId = order, price = Option.when(random.nextInt(4) > 0)((1 + random.nextInt(4000)) / 100.0))
        // Some are returned, in whole or in part.
        val back =
          sale.copy(quantity = if (random.nextBoolean()) -units else -units / 2, atMs = math.min(sale.atMs + Day, Days * Day - 1))
        if (random.nextInt(12) == 0) Seq(sale, back) else Seq(sale)
      }
    }
  }

  /** Draws a tree of at most three levels of splits. */
  private def drawn(random: scala.util.Random, seen: IndexedSeq[Array[Float]]): Tree = {
    val (feature, threshold) = (Array.newBuilder[Int], Array.newBuilder[Float])
    val (children, value) = (Array.newBuilder[Int], Array.newBuilder[Double])
    @scala.annotation.tailrec
    def grow(level: Int, nodes: Int, total: Int): Unit = if (nodes > 0) {
      val splits = (0 until nodes).map(_ => level < 4 && (level == 0 || random.nextInt(4) > 0))
      splits.zip(splits.scanLeft(0)((count, isSplit) => count + (if (isSplit) 1 else 0))).foreach { case (isSplit, before) =>
        val column = random.nextInt(Features.Width)
        feature += (if (isSplit) column else -1)
        threshold += (if (isSplit) seen(random.nextInt(seen.size))(column) else 0f)
        children += (if (isSplit) total + nodes + 2 * before else 0)
        value += (if (isSplit) 0.0 else random.nextDouble() - 0.5)
      }
      grow(level + 1, 2 * splits.count(identity), total + nodes)
    }
    grow(level = 0, nodes = 1, total = 0)
    val nodes = feature.result()
    Tree(nodes, threshold.result(), children.result(), value.result(), new Array[Double](nodes.length))
  }
}
