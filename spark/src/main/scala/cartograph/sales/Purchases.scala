package cartograph.sales

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8

import org.apache.spark.rdd.RDD

import cartograph.platform.Hashes

/**
 * The sales of a user: purchases, returns and other events, such as views. There is one line per basket, product and kind of
 * these three, oldest basket first. The arrays are the columns; all but `orders` have the same length.
 *
 * A line is a purchase or a return if its type weighs at least half as much as the heaviest one: see [[Purchases.isPurchase]].
 * Only purchases are what recommendations are measured by, and only they exclude a product from the list `new`. Other lines say
 * what the user is interested in.
 *
 * @param products   number of the product
 * @param atMs       time of the first sale of the line, epoch ms
 * @param baskets    number of the basket; the lines of a basket are next to each other
 * @param quantities number of units; negative for returns
 * @param prices     price of a unit; NaN if unknown
 * @param weights    weight of the type of the sale
 * @param orders     by number of the basket: the first four bytes of SHA-256 of the order id, as a signed integer; 0 without one.
 *                   With the day, it says whether a later sale is of the same basket
 */
final case class Purchases(
    products: Array[Int],
    atMs: Array[Long],
    baskets: Array[Int],
    quantities: Array[Float],
    prices: Array[Float],
    weights: Array[Float],
    orders: Array[Int]
) {
  def size: Int = products.length

  /** Returns true if a line is a purchase or a return, and not another event. */
  def isPurchase(line: Int): Boolean = Purchases.isPurchase(weights(line))

  /** Returns the sales before a moment, without those of products that had been returned by then, and without returns. */
  def before(momentMs: Long): Purchases = {
    val known = atMs.indices.filter(atMs(_) < momentMs)
    val net = netQuantities(known)
    picked(known.filter(line => quantities(line) > 0 && net.get(products(line)).forall(_ > Shop.Epsilon)))
  }

  /** Returns the products with a positive net quantity from `fromMs` (inclusive) until `untilMs` (exclusive), ascending. */
  def boughtWithin(fromMs: Long, untilMs: Long): Array[Int] =
    boughtNet(atMs.indices.filter(line => atMs(line) >= fromMs && atMs(line) < untilMs)).toArray.sorted

  /** Baskets with a purchase, oldest first. */
  private def boughtBaskets: Array[Int] =
    baskets.indices.filter(line => quantities(line) > 0 && isPurchase(line)).map(baskets(_)).distinct.toArray

  /** Number of baskets with a purchase. */
  def basketCount: Int = boughtBaskets.length

  /** Returns everything but the newest `count` baskets with a purchase. */
  def withoutLast(count: Int): Purchases = {
    val dropped = boughtBaskets.takeRight(count).toSet
    picked(baskets.indices.filterNot(line => dropped.contains(baskets(line))))
  }

  /** Returns the net purchases of the basket that has `newer` newer ones, ascending; empty if there is no such basket. */
  def basketBefore(newer: Int): Array[Int] = {
    val wanted = boughtBaskets.dropRight(newer).lastOption
    boughtNet(baskets.indices.filter(line => wanted.contains(baskets(line)))).toArray.sorted
  }

  private def boughtNet(lines: Seq[Int]): Set[Int] =
    netQuantities(lines).iterator.collect { case (product, quantity) if quantity > Shop.Epsilon => product }.toSet

  /** Subtracts returns from purchases, by product. */
  private def netQuantities(lines: Seq[Int]): scala.collection.Map[Int, Double] = {
    val net = scala.collection.mutable.HashMap.empty[Int, Double]
    lines.foreach { line =>
      if (isPurchase(line)) net(products(line)) = net.getOrElse(products(line), 0.0) + quantities(line)
    }
    net
  }

  private def picked(lines: Seq[Int]): Purchases = {
    val chosen = lines.toArray
    Purchases(
      products = chosen.map(products),
      atMs = chosen.map(atMs),
      baskets = chosen.map(baskets),
      quantities = chosen.map(quantities),
      prices = chosen.map(prices),
      weights = chosen.map(weights),
      orders = orders
    )
  }
}

object Purchases {
  private val DayMs = 86400000L

  /** Larger quantities in one line are taken for errors and capped, because they would outweigh everything else. */
  private val MaxUnits = 1e6

  /** Prices beyond what a float can hold are capped likewise: an infinite one could not be written as JSON. */
  private val MaxPrice = Float.MaxValue.toDouble

  /** Least weight of a purchase, where the heaviest type has 1. */
  private val LeastPurchase = 0.5

  /** Returns true if sales of a type with this weight are purchases, and not other events. */
  def isPurchase(weight: Double): Boolean = weight >= LeastPurchase

  /** The product of a line whose number is not known yet. */
  private val NotYetNumbered = 0

  /**
   * A sale, before the sales of its user are gathered.
   *
   * @param basket the day, followed by the order if there is one
   * @param weight weight of the type of the sale
   */
  final case class Line(product: Int, atMs: Long, basket: String, quantity: Double, price: Option[Double], weight: Double)

  /** The sales of one basket and product, merged. */
  private final case class MergedLine(product: Int, atMs: Long, basket: Int, quantity: Float, price: Float, weight: Float)

  /**
   * Gathers the sales of every user. Sales are shuffled once, to where their users are.
   *
   * @param weights weights of the types of sales, see [[SaleTypes]]; sales of other types are left out
   * @return one entry per user with a sale: user number and purchases; partitioned by `shop.byUser` and sorted by number
   */
  def of(
      shop: Shop,
      interactions: RDD[Interaction],
      weights: Map[String, Double],
      maxSentBytes: Long = ShopRows.MaxSentBytes
  ): RDD[(Int, Purchases)] = {
    val lines = interactions.flatMap { sale =>
      weights.get(sale.kind).map(weight => sale.product -> (sale.user -> lineOf(sale, weight)))
    }
    val numbered = ShopRows.byProduct(shop, lines, maxSentBytes).map { case (product, (user, line)) =>
      user -> line.copy(product = product)
    }
    ShopRows.byUser(shop, numbered).mapValues(gathered).filter { case (_, purchases) => purchases.size > 0 }
  }

  private def lineOf(sale: Interaction, weight: Double): Line = {
    // The day is part of the name, because shops reuse order ids, and give a return the id of the purchase.
    val day = Math.floorDiv(sale.atMs, DayMs)
    val basket = sale.orderId.fold(s"$day")(order => s"$day $order")
    Line(NotYetNumbered, sale.atMs, basket, sale.quantity, sale.price, weight)
  }

  /** Merges the lines of a basket and product. Baskets are in the order of their first sale. */
  private[cartograph] def gathered(lines: Iterable[Line]): Purchases = {
    val baskets = lines.groupBy(_.basket).toSeq
      .map { case (name, basketLines) => (basketLines.map(_.atMs).min, name, basketLines) }
      .sortBy { case (atMs, name, _) => (atMs, name) }
    val merged = for {
      ((_, _, basketLines), basket) <- baskets.zipWithIndex
      (product, productLines) <- basketLines.groupBy(_.product).toSeq.sortBy(_._1)
      // Purchases, returns and other events in the same basket stay separate lines.
      (_, part) <- productLines.groupBy(line => (isPurchase(line.weight), line.quantity > 0)).toSeq.sortBy(_._1)
    } yield {
      // Sorted, because a sum of fractions depends on the order.
      val prices = part.flatMap(_.price).toSeq.sorted
      val price = if (prices.isEmpty) Double.NaN else prices.sum / prices.size
      val quantity = math.max(-MaxUnits, math.min(MaxUnits, part.map(_.quantity).toSeq.sorted.sum))
      MergedLine(
        product = product,
        atMs = part.map(_.atMs).min,
        basket = basket,
        quantity = quantity.toFloat,
        price = math.max(-MaxPrice, math.min(MaxPrice, price)).toFloat,
        weight = part.map(_.weight).max.toFloat
      )
    }
    Purchases(
      products = merged.map(_.product).toArray,
      atMs = merged.map(_.atMs).toArray,
      baskets = merged.map(_.basket).toArray,
      quantities = merged.map(_.quantity).toArray,
      prices = merged.map(_.price).toArray,
      weights = merged.map(_.weight).toArray,
      orders = baskets.map { case (_, name, _) => orderHash(name) }.toArray
    )
  }

  /** @param basket see [[Line]] */
  private def orderHash(basket: String): Int = {
    val space = basket.indexOf(' ')
    if (space < 0) 0 else ByteBuffer.wrap(Hashes.sha256(basket.drop(space + 1).getBytes(UTF_8))).getInt
  }
}
