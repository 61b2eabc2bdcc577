package cartograph.features

import cartograph.sales.Purchases

/**
 * What a ranker sees of a user and a product, in columns. Times count in horizons and counts as shares of the shop's, so
 * that what is learned in one month holds in the next, and for a shop of any size.
 */
object Features {
  /** In place of an age that there is not. */
  val Never = 1000f

  /** Half lives of the user's own purchases, in horizons. */
  val OwnHalfLives: Array[Double] = Array(0.5, 2, 6, 18)
  /** Half life of what the user's history says of similar products, and of its newest part. */
  val HistoryHalfLife = 6.0
  val NewestHalfLife = 0.75

  // Columns: the user's own purchases of the product …
  val OwnCount = 0
  val OwnDecayed = 1
  val OwnLast = 5
  val OwnColumns = 15
  // … the user …
  val UserFrom = OwnColumns
  val UserColumns = 8
  // … the product …
  val ProductFrom: Int = UserFrom + UserColumns
  val ProductQuarter: Int = ProductFrom
  val ProductOne: Int = ProductFrom + 1
  val ProductEver: Int = ProductFrom + 4
  val ProductBuyers: Int = ProductFrom + 14
  val ProductColumns = 18
  // … and the two together.
  val PairFrom: Int = ProductFrom + ProductColumns
  val Als: Int = PairFrom
  val AlsPlace: Int = PairFrom + 1
  val UsersScore: Int = PairFrom + 2
  val UsersPlace: Int = PairFrom + 3
  val PairColumns = 15
  val Width: Int = PairFrom + PairColumns

  /** Of the whole shop: what shares are shares of. */
  final case class Totals(products: Int, stats: ProductStats) {
    private def share(total: Double): Double = products / (total + 1.0)
    val perLine: Array[Double] = stats.lines.map(total => share(total.toDouble))
    val perFirstBuy: Double = share(stats.firstBuys.toDouble)
    val perBuyer: Double = products.toDouble / math.max(1, stats.buyers)
    val returning: Double = stats.returning.toDouble / math.max(1, stats.buyers)
    val gap: Double = stats.gap / math.max(1, stats.gaps)
  }

  /** Strength of the belief in the shop's mean, in observations. */
  private val Prior = 10.0

  def meanGap(stats: ProductStats, totals: Totals): Double = (stats.gap + Prior * totals.gap) / (stats.gaps + Prior)

  /** NaN where no price was told. */
  def meanLogPrice(stats: ProductStats): Double = if (stats.prices > 0) stats.logPrice / stats.prices else Double.NaN

  /** The columns of a product, `ProductColumns` from `offset` on. */
  def product(stats: ProductStats, totals: Totals, asOfMs: Long, horizonMs: Long, row: Array[Float], offset: Int): Unit = {
    import ProductStats._
    val share = stats.lines.zip(totals.perLine).map { case (count, per) => count * per }
    def age(ms: Long): Double = (asOfMs - ms).toDouble / horizonMs
    val logPrice = meanLogPrice(stats)
    val values = Array(
      share(Quarter),
      share(One),
      share(Two),
      share(Six),
      share(Ever),
      (share(Quarter) + 0.25) / (share(One) + 0.25),
      (share(One) + 0.25) / (share(Two) + 0.25),
      (share(One) + 0.25) / (share(Six) + 0.25),
      age(stats.lastMs),
      age(stats.firstMs),
      (stats.returning + Prior * totals.returning) / (stats.buyers + Prior),
      stats.firstBuys * totals.perFirstBuy,
      (stats.firstBuys + 1.0) / (stats.lines(One) + 2.0),
      if (logPrice.isNaN) 0.0 else logPrice,
      stats.buyers * totals.perBuyer,
      meanGap(stats, totals),
      share(Eighth),
      stats.logUnits / math.max(1, stats.lines(Ever))
    )
    values.indices.foreach(column => row(offset + column) = values(column).toFloat)
  }
}

/**
 * A user's purchases, as the features need them: parallel arrays by distinct product, ascending.
 *
 * @param purchases before `asOfMs`, not empty
 */
final class UserView(purchases: Purchases, asOfMs: Long, horizonMs: Long) {
  /** Lines of each product, oldest first: those of product i from `starts(i)` to before `starts(i + 1)`. */
  private val lines: Array[Int] = {
    val keys = Array.tabulate(purchases.size)(line => purchases.products(line).toLong << 32 | line)
    java.util.Arrays.sort(keys)
    keys.map(_.toInt)
  }
  private val starts: Array[Int] = {
    val begins = Array.newBuilder[Int]
    var at = 0
    while (at < lines.length) {
      if (at == 0 || purchases.products(lines(at)) != purchases.products(lines(at - 1))) begins += at
      at += 1
    }
    begins += lines.length
    begins.result()
  }
  val products: Array[Int] = Array.tabulate(starts.length - 1)(index => purchases.products(lines(starts(index))))

  /** The basket of each line, counted from 1. */
  private val ordinals: Array[Int] = {
    val found = new Array[Int](purchases.size)
    var line = 0
    while (line < found.length) {
      val isNext = line > 0 && purchases.baskets(line) != purchases.baskets(line - 1)
      found(line) = if (line == 0) 1 else if (isNext) found(line - 1) + 1 else found(line - 1)
      line += 1
    }
    found
  }
  private val baskets = ordinals.last

  private def age(atMs: Long): Double = (asOfMs - atMs).toDouble / horizonMs
  private def firstLine(index: Int): Int = lines(starts(index))
  private def lastLine(index: Int): Int = lines(starts(index + 1) - 1)
  private def countOf(index: Int): Int = starts(index + 1) - starts(index)

  /** How much each product of the history counts for those that go with it. */
  val weights: Array[Float] = fading(Features.HistoryHalfLife)
  val newestWeights: Array[Float] = fading(Features.NewestHalfLife)
  val weight: Float = weights.sum + 1e-9f

  private def fading(halfLife: Double): Array[Float] =
    Array.tabulate(products.length)(index => ProductStats.halved(age(purchases.atMs(lastLine(index))), halfLife).toFloat)

  /** Mean of the logarithms of prices; NaN without any. */
  val logPrice: Double = {
    val priced = purchases.prices.filter(price => price > 0)
    if (priced.isEmpty) Double.NaN else priced.map(price => math.log(price.toDouble)).sum / priced.length
  }

  /** Index among `products`, negative if it was not bought. */
  def indexOf(product: Int): Int = java.util.Arrays.binarySearch(products, product)

  private def sumOf(index: Int)(value: Int => Double): Double = {
    var (sum, at) = (0.0, starts(index))
    while (at < starts(index + 1)) {
      sum += value(lines(at))
      at += 1
    }
    sum
  }

  private def decayed(index: Int, halfLife: Double): Double =
    sumOf(index)(line => purchases.weights(line) * ProductStats.halved(age(purchases.atMs(line)), halfLife))

  /** The products that count most, at most `count`. */
  def strongest(count: Int): Array[Int] =
    if (products.length <= count) products
    else products.indices
      .map(index =>
        (-(decayed(index, Features.OwnHalfLives(2)) + 0.001 * decayed(index, Features.OwnHalfLives(3))), products(index))
      )
      .sorted.take(count).map(_._2).toArray

  private def linesInLast(index: Int, last: Int): Int =
    sumOf(index)(line => if (ordinals(line) > baskets - last) 1.0 else 0.0).toInt

  /** The user's own columns of a product; `gap` is what is usual between two purchases of it. */
  def own(product: Int, gap: Double, row: Array[Float], offset: Int): Unit = {
    val index = indexOf(product)
    if (index < 0) {
      java.util.Arrays.fill(row, offset, offset + Features.OwnColumns, 0f)
      java.util.Arrays.fill(row, offset + Features.OwnLast, offset + Features.OwnLast + 5, Features.Never)
    } else {
      val count = countOf(index)
      val (last, first) = (age(purchases.atMs(lastLine(index))), age(purchases.atMs(firstLine(index))))
      val usual = if (count > 1) (first - last) / (count - 1) else gap
      val values = Array(
        count.toDouble,
        decayed(index, Features.OwnHalfLives(0)),
        decayed(index, Features.OwnHalfLives(1)),
        decayed(index, Features.OwnHalfLives(2)),
        decayed(index, Features.OwnHalfLives(3)),
        last,
        first,
        usual,
        last / math.max(usual, 1e-3),
        (baskets - ordinals(lastLine(index))).toDouble,
        linesInLast(index, 3).toDouble,
        linesInLast(index, 5).toDouble,
        count.toDouble / baskets,
        (count - 1.0) / (baskets - ordinals(firstLine(index)) + 1.0),
        sumOf(index)(line => math.log1p(purchases.quantities(line).toDouble)) / count
      )
      values.indices.foreach(column => row(offset + column) = values(column).toFloat)
    }
  }

  /** The columns of the user. */
  val columns: Array[Float] = {
    val recent = products.indices.map(linesInLast(_, 3)).sum
    val recentlyNew = products.indices.count(index => ordinals(firstLine(index)) > baskets - 3)
    val (last, first) = (age(purchases.atMs.max), age(purchases.atMs.min))
    Array(
      baskets.toDouble,
      products.length.toDouble,
      last,
      if (baskets > 1) (first - last) / (baskets - 1) else Features.Never.toDouble,
      purchases.size.toDouble / baskets,
      1.0 - products.length.toDouble / purchases.size,
      first,
      recentlyNew.toDouble / math.max(1, recent)
    ).map(_.toFloat)
  }
}
