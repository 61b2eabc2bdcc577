package cartograph.features

import cartograph.lists.{Ranked, Selection}

/**
 * A user for whom candidates are chosen.
 *
 * @param user   number of the user
 * @param factor factor of matrix factorisation, `rank` values
 * @param wanted products whose score of matrix factorisation is requested, ascending
 */
private[features] final case class Recipient(user: Int, history: UserHistory, factor: Array[Float], wanted: Array[Int])

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

  private val bestByAls = new Selection(CandidateSources.PerSource)
  private val bestByUsers = new Selection(CandidateSources.PerSource)
  private val bestByAfter = new Selection(CandidateSources.PerSource)

  /** Fills the scores for a user. */
  def score(recipient: Recipient): Unit = {
    var place = 0
    while (place < block.size) {
      als(place) = Vectors.dot(recipient.factor, block.factors, place * rank, rank)
      place += 1
    }
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
        val (target, strength) = (links.targets(link), links.strengths(link))
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

  /** Finds the best products of the block that the scored user did not buy, by source. `score` must be called first. */
  def sources(recipient: Recipient): CandidateSources = {
    Seq(bestByAls, bestByUsers, bestByAfter).foreach(_.clear())
    val bought = recipient.history.products
    var (place, next) = (0, 0)
    while (place < block.size) {
      val product = block.from + place
      while (next < bought.length && bought(next) < product) next += 1
      if (block.isKnown(place) && (next == bought.length || bought(next) != product)) {
        if (als(place) > 0) bestByAls.offer(product, als(place).toDouble)
        if (users(place) > 0) bestByUsers.offer(product, users(place).toDouble)
        if (after(place) > 0) bestByAfter.offer(product, after(place).toDouble)
      }
      place += 1
    }
    val wanted = recipient.wanted.filter(block.contains).filter(product => block.isKnown(product - block.from))
    CandidateSources(
      als = bestByAls.result,
      users = bestByUsers.result,
      after = bestByAfter.result,
      wanted = wanted.map(product => Ranked(product, als(product - block.from).toDouble))
    )
  }

  /**
   * Describes the candidates of the scored user that are in the block. `score` must be called first.
   *
   * @param chosen products of all blocks, ascending
   * @param wanted products of all blocks, with their scores
   * @return the candidates in the block; the features `alsPlace` and `usersPlace` are 0, because they need all candidates
   */
  def described(recipient: Recipient, chosen: Array[Int], wanted: Array[Ranked]): Candidates = {
    val here = chosen.filter(block.contains)
    val rows = new Array[Float](here.length * Features.Width)
    val user = Features.User.values(recipient.history)
    val factorNorm = Vectors.norm(recipient.factor, 0, rank)
    here.indices.foreach { row =>
      val (place, offset) = (here(row) - block.from, row * Features.Width)
      fillOwn(recipient.history, here(row), rows, offset + Features.Own.from)
      System.arraycopy(user, 0, rows, offset + Features.User.from, user.length)
      block.copyFeatures(place, rows, offset + Features.Product.from)
      Features.Pair.fill(new CandidatePair(this, recipient, factorNorm, place), rows, offset + Features.Pair.from)
    }
    val wantedHere = wanted.filter(ranked => block.contains(ranked.product)).sortBy(_.product)
    Candidates(
      products = here,
      owned = here.map(recipient.history.owns),
      bought = recipient.history.bought,
      features = rows,
      wanted = wantedHere.map(_.product),
      wantedAls = wantedHere.map(_.score.toFloat)
    )
  }

  private def fillOwn(history: UserHistory, product: Int, row: Array[Float], offset: Int): Unit = {
    val index = history.indexOf(product)
    if (index < 0) Features.Own.fillAbsent(row, offset)
    else Features.Own.fill(new OwnPurchases(history, index, block.gaps(product - block.from).toDouble), row, offset)
  }

  /** The dot product of a user's factor and the mean factor of the buyers of a product in the last horizon. */
  private[features] def audience(factor: Array[Float], place: Int): Float =
    Vectors.dot(factor, block.audience, place * rank, rank)
  /** The same for the buyers of the last quarter horizon. */
  private[features] def newestAudience(factor: Array[Float], place: Int): Float =
    Vectors.dot(factor, block.newestAudience, place * rank, rank)
  /** The length of the mean factor of the buyers in the last horizon. */
  private[features] def audienceNorm(place: Int): Double = Vectors.norm(block.audience, place * rank, rank)
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
