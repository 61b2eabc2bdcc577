package cartograph.features

/**
 * Links from the products of a user's history to the products of one block.
 *
 * @param sources   products that links lead from, ascending
 * @param starts    source i has the links from `starts(i)` to before `starts(i + 1)`
 * @param targets   place of the target in the block, by link; ascending for each source
 * @param strengths strength by link, more than 0
 */
final case class BlockLinks(sources: Array[Int], starts: Array[Int], targets: Array[Int], strengths: Array[Float]) {
  /** Returns the index among `sources`; negative if no link leads from the product into the block. */
  def indexOf(source: Int): Int = java.util.Arrays.binarySearch(sources, source)

  def sizeBytes: Long = 4L * (sources.length + starts.length + targets.length + strengths.length)
}

object BlockLinks {

  /** Sorts links. @param links source, place of the target, strength; in any order, each pair once */
  def of(links: Array[(Int, Int, Float)]): BlockLinks = {
    val byTarget = links.sortBy { case (_, target, _) => target }
    // The source and the position in one number, so that sorting allocates no objects.
    val keys = Array.tabulate(byTarget.length) { at =>
      val (source, _, _) = byTarget(at)
      source.toLong << 32 | at
    }
    java.util.Arrays.sort(keys)
    val sorted = keys.map(key => byTarget(key.toInt))
    val sources = sorted.map { case (source, _, _) => source }
    val starts = sources.indices.filter(index => index == 0 || sources(index) != sources(index - 1)).toArray
    BlockLinks(
      sources = starts.map(sources(_)),
      starts = starts :+ sorted.length,
      targets = sorted.map { case (_, target, _) => target },
      strengths = sorted.map { case (_, _, strength) => strength }
    )
  }
}

/**
 * A range of products, as arrays by place in the range. Candidates are found for a block of users and a block of products at a
 * time.
 *
 * @param from           number of the first product
 * @param isKnown        true where a user had bought the product
 * @param features       features of the product alone, `Features.Product.size` values each
 * @param gaps           mean time between two purchases by one user, horizons
 * @param logPrices      mean ln(price); NaN where no price is known
 * @param factors        factors of matrix factorisation, `rank` values each; 0 for products without a factor
 * @param audience       mean factor of the buyers of the last horizon, `rank` values each
 * @param newestAudience mean factor of the buyers of the last quarter horizon, `rank` values each
 * @param links          by kind of [[Together]]
 */
final case class ProductBlock(
    from: Int,
    isKnown: Array[Boolean],
    features: Array[Float],
    gaps: Array[Float],
    logPrices: Array[Float],
    factors: Array[Float],
    audience: Array[Float],
    newestAudience: Array[Float],
    links: Array[BlockLinks]
) {
  def size: Int = isKnown.length
  def contains(product: Int): Boolean = product >= from && product < from + size

  /** Copies the features of the product at a place to `row`, the first of them to `offset`. */
  def copyFeatures(place: Int, row: Array[Float], offset: Int): Unit =
    System.arraycopy(features, place * Features.Product.size, row, offset, Features.Product.size)

  def sizeBytes: Long = {
    val floats =
      features.length.toLong + gaps.length + logPrices.length + factors.length + audience.length + newestAudience.length
    isKnown.length + 4 * floats + links.map(_.sizeBytes).sum
  }
}

/**
 * Fills the arrays of a block, product by product in any order.
 *
 * @param from  number of the first product
 * @param until number after the last one
 * @param rank  length of a factor
 */
private[features] final class ProductBlockBuilder(from: Int, until: Int, rank: Int) {
  private val size = math.max(0, until - from)
  private val isKnown = new Array[Boolean](size)
  private val features = new Array[Float](size * Features.Product.size)
  private val gaps = new Array[Float](size)
  private val logPrices = Array.fill(size)(Float.NaN)
  private val factors = new Array[Float](size * rank)
  private val audience = new Array[Float](size * rank)
  private val newestAudience = new Array[Float](size * rank)
  private val links = Array.fill(Together.Count)(Array.newBuilder[(Int, Int, Float)])

  def addFacts(product: Int, facts: ProductFacts): Unit = {
    val place = product - from
    isKnown(place) = true
    Features.Product.fill(facts, features, place * Features.Product.size)
    gaps(place) = facts.meanGap.toFloat
    logPrices(place) = facts.stats.meanLogPrice.toFloat
  }

  def addFactor(product: Int, factor: Array[Float]): Unit = System.arraycopy(factor, 0, factors, (product - from) * rank, rank)

  def addAudience(product: Int, found: Audience): Unit = {
    System.arraycopy(found.lastHorizon, 0, audience, (product - from) * rank, rank)
    System.arraycopy(found.lastQuarter, 0, newestAudience, (product - from) * rank, rank)
  }

  def addLink(product: Int, link: LinkTo): Unit = links(link.kind) += ((link.source, product - from, link.strength))

  def result: ProductBlock =
    ProductBlock(
      from = from,
      isKnown = isKnown,
      features = features,
      gaps = gaps,
      logPrices = logPrices,
      factors = factors,
      audience = audience,
      newestAudience = newestAudience,
      links = links.map(kind => BlockLinks.of(kind.result()))
    )
}
