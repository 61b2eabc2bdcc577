package cartograph.features

import cartograph.platform.ByKey

/**
 * Links from the products of a user's history to the products of a block.
 *
 * @param sources   products that links lead from, ascending
 * @param starts    source i has the links from `starts(i)` to before `starts(i + 1)`
 * @param targets   place of the target in the block, by link; each once for each source, strongest first
 * @param strengths strength by link, more than 0
 */
final case class BlockLinks(sources: Array[Int], starts: Array[Int], targets: Array[Int], strengths: Array[Float]) {
  /** Returns the index among `sources`; negative if no link leads from the product into the block. */
  def indexOf(source: Int): Int = java.util.Arrays.binarySearch(sources, source)

  def sizeBytes: Long = 4L * (sources.length + starts.length + targets.length + strengths.length)
}

object BlockLinks {
  val Empty: BlockLinks = BlockLinks(sources = Array.empty, starts = Array(0), targets = Array.empty, strengths = Array.empty)

  /**
   * Makes the links of one kind.
   *
   * @param neighbours by source, ascending; all of them are in the block
   * @param products   the products of the block, ascending
   */
  def of(neighbours: Array[(Int, Neighbours)], products: Array[Int]): BlockLinks = BlockLinks(
    sources = neighbours.map { case (source, _) => source },
    starts = neighbours.map { case (_, found) => found.products.length }.scanLeft(0)(_ + _),
    targets = neighbours.flatMap { case (_, found) => found.products.map(java.util.Arrays.binarySearch(products, _)) },
    strengths = neighbours.flatMap { case (_, found) => found.strengths }
  )
}

/**
 * What candidates need to know of one product.
 *
 * @param features features of the product alone, `Features.Product.size` values
 * @param gap      mean time between two purchases by one user, horizons
 * @param logPrice mean ln(price); NaN if no price is known
 * @param factor   factor of matrix factorisation, `rank` values; None for a product without a preference
 * @param audience None for a product that was not bought in the last horizon
 */
final case class ProductRow(
    features: Array[Float],
    gap: Float,
    logPrice: Float,
    factor: Option[Array[Float]],
    audience: Option[Audience]
)

object ProductRow {
  def of(facts: ProductFacts, factor: Option[Array[Float]], audience: Option[Audience]): ProductRow = ProductRow(
    features = Features.Product.values(facts),
    gap = facts.meanGap.toFloat,
    logPrice = facts.stats.meanLogPrice.toFloat,
    factor = factor,
    audience = audience
  )
}

/**
 * Some products, as arrays by "place": the position among them.
 *
 * @param products       numbers, ascending
 * @param features       features of the product alone, `Features.Product.size` values each
 * @param gaps           mean time between two purchases by one user, horizons
 * @param logPrices      mean ln(price); NaN where no price is known
 * @param factors        factors of matrix factorisation, column by column; see [[FactorScores]]; 0 for products without a factor
 * @param audience       mean factor of the buyers of the last horizon, `rank` values each
 * @param newestAudience mean factor of the buyers of the last quarter horizon, `rank` values each
 * @param audienceNorms  Euclidean lengths of the factors in `audience`
 * @param links          by kind of [[Together]]
 */
final case class ProductBlock(
    products: Array[Int],
    features: Array[Float],
    gaps: Array[Float],
    logPrices: Array[Float],
    factors: Array[Float],
    audience: Array[Float],
    newestAudience: Array[Float],
    audienceNorms: Array[Double],
    links: Array[BlockLinks]
) {
  def size: Int = products.length

  /** Returns the place of a product; negative if the block does not have it. */
  def placeOf(product: Int): Int = java.util.Arrays.binarySearch(products, product)

  /** Returns value i of the factor of the product at a place. */
  def factor(place: Int, i: Int): Float = factors(i * size + place)

  /** Copies the features of the product at a place to `row`, the first of them to `offset`. */
  def copyFeatures(place: Int, row: Array[Float], offset: Int): Unit =
    System.arraycopy(features, place * Features.Product.size, row, offset, Features.Product.size)

  def sizeBytes: Long = {
    val floats =
      features.length.toLong + gaps.length + logPrices.length + factors.length + audience.length + newestAudience.length
    4L * products.length + 4 * floats + 8L * audienceNorms.length + links.map(_.sizeBytes).sum
  }
}

object ProductBlock {

  /**
   * Makes a block of products.
   *
   * @param rows       by product, in any order
   * @param neighbours by product, one entry per kind of [[Together]], in any order; all are in the block; may be empty
   * @param rank       length of a factor
   */
  def of(rows: Array[(Int, ProductRow)], neighbours: Array[(Int, Array[Neighbours])], rank: Int): ProductBlock = {
    val products = rows.map { case (product, _) => product }.sorted
    val sorted = ByKey.values(rows)
    val linked = neighbours.sortBy { case (product, _) => product }
    def vectors(vector: ProductRow => Option[Array[Float]]): Array[Float] = {
      val all = new Array[Float](sorted.length * rank)
      sorted.indices.foreach(place => vector(sorted(place)).foreach(System.arraycopy(_, 0, all, place * rank, rank)))
      all
    }
    val audience = vectors(_.audience.map(_.lastHorizon))
    ProductBlock(
      products = products,
      features = sorted.flatMap(_.features),
      gaps = sorted.map(_.gap),
      logPrices = sorted.map(_.logPrice),
      factors = FactorScores.columns(vectors(_.factor), sorted.length, rank),
      audience = audience,
      newestAudience = vectors(_.audience.map(_.lastQuarter)),
      audienceNorms = Array.tabulate(sorted.length)(place => Vectors.norm(audience, place * rank, rank)),
      links = Array.tabulate(Together.Count) { kind =>
        if (linked.isEmpty) BlockLinks.Empty
        else BlockLinks.of(linked.map { case (product, kinds) => product -> kinds(kind) }, products)
      }
    )
  }
}
