package cartograph.sales

import org.apache.spark.rdd.RDD

/**
 * What a user bought and gave back, a line per basket and product, oldest basket first; arrays of equal length.
 *
 * @param atMs       of the first sale of the line, epoch ms
 * @param baskets    equal for the lines of one basket; they stand side by side
 * @param quantities negative for what was given back
 * @param prices     per unit; NaN where none was told
 * @param weights    of the type of the sale
 */
final case class Purchases(
    products: Array[Int],
    atMs: Array[Long],
    baskets: Array[Int],
    quantities: Array[Float],
    prices: Array[Float],
    weights: Array[Float]
) {
  def size: Int = products.length

  /** What was known at a moment: purchases before it, of products that had not been given back by then. */
  def before(momentMs: Long): Purchases = {
    val known = atMs.indices.filter(atMs(_) < momentMs)
    val kept = boughtNet(known)
    picked(known.filter(line => quantities(line) > 0 && kept.contains(products(line))))
  }

  /** Products that were bought, net, from..until (exclusive), ascending. */
  def boughtWithin(fromMs: Long, untilMs: Long): Array[Int] =
    boughtNet(atMs.indices.filter(line => atMs(line) >= fromMs && atMs(line) < untilMs)).toArray.sorted

  /** Baskets in which something was bought, oldest first. */
  private def boughtBaskets: Array[Int] = baskets.indices.filter(quantities(_) > 0).map(baskets(_)).distinct.toArray
  def basketCount: Int = boughtBaskets.length

  /** All but the newest `count` baskets in which something was bought. */
  def withoutLast(count: Int): Purchases = {
    val dropped = boughtBaskets.takeRight(count).toSet
    picked(baskets.indices.filterNot(line => dropped.contains(baskets(line))))
  }

  /** Products of the basket that `newer` others followed, ascending; empty if there is none. */
  def basketBefore(newer: Int): Array[Int] = {
    val wanted = boughtBaskets.dropRight(newer).lastOption
    boughtNet(baskets.indices.filter(line => wanted.contains(baskets(line)))).toArray.sorted
  }

  private def boughtNet(lines: Seq[Int]): Set[Int] = {
    val net = scala.collection.mutable.HashMap.empty[Int, Double]
    lines.foreach(line => net(products(line)) = net.getOrElse(products(line), 0.0) + quantities(line))
    net.iterator.collect { case (product, quantity) if quantity > Shop.Epsilon => product }.toSet
  }

  private def picked(lines: Seq[Int]): Purchases = {
    val chosen = lines.toArray
    Purchases(
      chosen.map(products),
      chosen.map(atMs),
      chosen.map(baskets),
      chosen.map(quantities),
      chosen.map(prices),
      chosen.map(weights)
    )
  }
}

object Purchases {
  private val DayMs = 86400000L

  /** More than this of one line is a mistake, and would swamp everything else. */
  private val MostUnits = 1e6

  /** One sale, on its way to its user's purchases. `basket` is the day, and the order if there is one. */
  final case class Line(product: Int, atMs: Long, basket: String, quantity: Double, price: Option[Double], weight: Double)

  /**
   * Gathers the sales of every user.
   *
   * @param weights of types of sales; others are left out
   * @return by user number, placed by `shop.byUser`, in the order of numbers
   */
  def of(shop: Shop, interactions: RDD[Interaction], weights: Map[String, Double]): RDD[(Int, Purchases)] = {
    val blocks = shop.byUser.numPartitions
    val products = shop.products.map(product => product.id -> product.number)
    interactions
      .flatMap(sale => weights.get(sale.kind).map(weight => sale.product -> (sale.user -> lineOf(sale, weight))))
      .join(products, blocks)
      .map { case (_, ((user, line), product)) => user -> line.copy(product = product) }
      .join(shop.users.map(_.swap), blocks)
      .map { case (_, (line, user)) => user -> line }
      .groupByKey(shop.byUser)
      .mapPartitions(
        _.map { case (user, lines) => user -> gathered(lines) }.toArray.sortBy(_._1).iterator,
        preservesPartitioning = true
      )
  }

  private def lineOf(sale: Interaction, weight: Double): Line = {
    // The day besides: a number that is used again, or for what is given back, is not the same basket.
    val day = Math.floorDiv(sale.atMs, DayMs)
    val basket = sale.orderId.fold(s"$day")(order => s"$day $order")
    Line(0, sale.atMs, basket, sale.quantity, sale.price, weight)
  }

  /** Lines of one basket and product become one; baskets in the order of their beginning. */
  private[cartograph] def gathered(lines: Iterable[Line]): Purchases = {
    val baskets = lines.groupBy(_.basket).toSeq
      .map { case (name, inside) => (inside.map(_.atMs).min, name, inside) }
      .sortBy { case (atMs, name, _) => (atMs, name) }
    val merged = for {
      ((_, _, inside), basket) <- baskets.zipWithIndex
      (product, same) <- inside.groupBy(_.product).toSeq.sortBy(_._1)
      // Goods and what was given back in one order stay two lines.
      (_, part) <- same.groupBy(_.quantity > 0).toSeq.sortBy(_._1)
    } yield {
      val prices = part.flatMap(_.price).toSeq.sorted
      val price = if (prices.isEmpty) Float.NaN else (prices.sum / prices.size).toFloat
      val quantity = math.max(-MostUnits, math.min(MostUnits, part.map(_.quantity).toSeq.sorted.sum))
      (product, part.map(_.atMs).min, basket, quantity.toFloat, price, part.map(_.weight).max.toFloat)
    }
    Purchases(
      merged.map(_._1).toArray,
      merged.map(_._2).toArray,
      merged.map(_._3).toArray,
      merged.map(_._4).toArray,
      merged.map(_._5).toArray,
      merged.map(_._6).toArray
    )
  }
}
