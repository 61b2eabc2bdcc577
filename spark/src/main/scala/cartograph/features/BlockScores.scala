package cartograph.features

import cartograph.lists.Selection

/**
 * A user for whom candidates are chosen.
 *
 * @param factor factor of matrix factorisation, `rank` values
 * @param wanted products whose score of matrix factorisation is requested, ascending
 */
private[features] final case class Recipient(history: UserHistory, factor: Array[Float], wanted: Array[Int])

/** The features of a user and a product together that are computed. The others are 0. */
sealed trait PairFeatures
object PairFeatures {
  case object All extends PairFeatures
  /** `als` and `alsPlace`: all that matrix factorisation orders by. The others take most of the time of a candidate. */
  case object OnlyAls extends PairFeatures
}

/**
 * Scores of one user at a time for all products of a block. Its arrays are filled again for the next user, so it belongs to one
 * thread.
 *
 * Every user is scored for every product. The loops are therefore `while` loops over arrays, and each kind of link has its own
 * loop instead of one with a function as its argument: a call per link would take most of the time.
 */
private[features] final class BlockScores(val block: ProductBlock, rank: Int) {
  /** Scores by place in the block; see [[CandidatePair]]. */
  val als: Array[Float] = new Array[Float](block.size)
  val users: Array[Float] = new Array[Float](block.size)
  val baskets: Array[Float] = new Array[Float](block.size)
  val newestBaskets: Array[Float] = new Array[Float](block.size)
  val after: Array[Float] = new Array[Float](block.size)
  val closest: Array[Float] = new Array[Float](block.size)

  private val factorScores = new FactorScores(block.factors, block.size, rank)
  private val bestByAls = new Selection(CandidateSources.PerSource)
  private val bestByUsers = new Selection(CandidateSources.PerSource)
  private val bestByAfter = new Selection(CandidateSources.PerSource)

  /** Fills the scores for a user. */
  def score(recipient: Recipient): Unit = {
    factorScores.fill(recipient.factor, als)
    Seq(users, baskets, newestBaskets, after, closest).foreach(java.util.Arrays.fill(_, 0f))
    val history = recipient.history
    var index = 0
    while (index < history.products.length) {
      val (product, weight) = (history.products(index), history.weights(index))
      addUsers(block.links(Together.Users), product, weight)
      addBaskets(block.links(Together.Baskets), product, weight, history.newestWeights(index))
      addAfter(block.links(Together.After), product, weight)
      index += 1
    }
  }

  private def addUsers(links: BlockLinks, product: Int, weight: Float): Unit = {
    val at = links.indexOf(product)
    if (at >= 0) {
      var link = links.starts(at)
      while (link < links.starts(at + 1)) {
        val target = links.targets(link)
        val strength = links.strengths(link)
        users(target) += weight * strength
        if (strength > closest(target)) closest(target) = strength
        link += 1
      }
    }
  }

  private def addBaskets(links: BlockLinks, product: Int, weight: Float, newestWeight: Float): Unit = {
    val at = links.indexOf(product)
    if (at >= 0) {
      var link = links.starts(at)
      while (link < links.starts(at + 1)) {
        baskets(links.targets(link)) += weight * links.strengths(link)
        newestBaskets(links.targets(link)) += newestWeight * links.strengths(link)
        link += 1
      }
    }
  }

  private def addAfter(links: BlockLinks, product: Int, weight: Float): Unit = {
    val at = links.indexOf(product)
    if (at >= 0) {
      var link = links.starts(at)
      while (link < links.starts(at + 1)) {
        after(links.targets(link)) += weight * links.strengths(link)
        link += 1
      }
    }
  }

  /**
   * Finds the best products of the block that the scored user neither bought nor looked at, by source. `score` must be called
   * first.
   */
  def sources(recipient: Recipient): CandidateSources = {
    Seq(bestByAls, bestByUsers, bestByAfter).foreach(_.clear())
    val own = recipient.history.products
    var place, next = 0
    while (place < block.size) {
      val product = block.products(place)
      while (next < own.length && own(next) < product) next += 1
      if (next == own.length || own(next) != product) {
        if (als(place) > 0) bestByAls.offer(product, als(place).toDouble)
        if (users(place) > 0) bestByUsers.offer(product, users(place).toDouble)
        if (after(place) > 0) bestByAfter.offer(product, after(place).toDouble)
      }
      place += 1
    }
    CandidateSources(als = bestByAls.result, users = bestByUsers.result, after = bestByAfter.result)
  }

  /**
   * Describes a product of the block to the scored user. `score` must be called first.
   *
   * @param pairs  the features of the user and the product together that are computed
   * @param row    receives the features from `offset` on, but those of the user alone; `alsPlace` and `usersPlace` stay as they
   *               are, because they need all candidates
   */
  def describe(
      recipient: Recipient,
      factorNorm: Double,
      place: Int,
      pairs: PairFeatures,
      row: Array[Float],
      offset: Int
  ): Unit = {
    val index = recipient.history.indexOf(block.products(place))
    val own = offset + Features.Own.from
    if (index < 0) Features.Own.fillAbsent(row, own)
    else Features.Own.fill(new OwnPurchases(recipient.history, index, block.gaps(place).toDouble), row, own)
    block.copyFeatures(place, row, offset + Features.Product.from)
    pairs match {
      case PairFeatures.All =>
        Features.Pair.fill(new CandidatePair(this, recipient, factorNorm, place), row, offset + Features.Pair.from)
      case PairFeatures.OnlyAls => row(offset + Features.Als.position) = als(place)
    }
  }

  /** The dot product of a user's factor and the mean factor of the buyers of a product in the last horizon. */
  private[features] def audience(factor: Array[Float], place: Int): Float =
    Vectors.dot(factor, block.audience, place * rank, rank)
  /** The same for the buyers of the last quarter horizon. */
  private[features] def newestAudience(factor: Array[Float], place: Int): Float =
    Vectors.dot(factor, block.newestAudience, place * rank, rank)
  /** The length of the mean factor of the buyers in the last horizon. */
  private[features] def audienceNorm(place: Int): Double = block.audienceNorms(place)
}

/**
 * A user and a product, as the features of both need them.
 *
 * @param scores     scores of the user for the block
 * @param factorNorm length of the user's factor
 * @param place      place of the product in the block
 */
private[features] final class CandidatePair(scores: BlockScores, recipient: Recipient, val factorNorm: Double, place: Int) {
  def history: UserHistory = recipient.history

  /** The score of matrix factorisation. */
  def als: Float = scores.als(place)

  /** Sums over the user's products of weight * strength of the link to this product, by kind of [[Together]]. */
  def users: Float = scores.users(place)
  def baskets: Float = scores.baskets(place)
  def newestBaskets: Float = scores.newestBaskets(place)
  def after: Float = scores.after(place)

  /** The strength of the strongest link of the kind [[Together.Users]]. */
  def closest: Float = scores.closest(place)

  /** Mean ln(price) of the product less that of the user; 0 if either has none. */
  val priceRatio: Float = {
    val difference = scores.block.logPrices(place) - history.logPrice
    if (difference.isNaN) 0f else difference.toFloat
  }

  /** Dot products of the user's factor and the mean factor of the product's buyers. */
  val audience: Float = scores.audience(recipient.factor, place)
  def newestAudience: Float = scores.newestAudience(recipient.factor, place)
  def audienceNorm: Double = scores.audienceNorm(place)
}
