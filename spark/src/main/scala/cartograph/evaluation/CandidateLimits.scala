package cartograph.evaluation

/**
 * Held-out purchases that a list admits.
 *
 * @param heldOut pairs of a user and a product, both known before the holdout
 * @param missed  those of these pairs whose product is not a candidate of the user, so that no scorer can list it. The largest
 *                recall that lists without a limit on their length could reach is 1 - missed / heldOut
 */
final case class Missed(heldOut: Long, missed: Long) {
  def +(other: Missed): Missed = Missed(heldOut + other.heldOut, missed + other.missed)
}

/**
 * Products that users had bought and that are nevertheless not among their candidates, which have a limit of own products.
 *
 * @param users    number of users with such products
 * @param products number of pairs of a user and such a product
 * @param heldOut  those of these pairs that are also in the holdout: the user bought the product again
 */
final case class OwnLeftOut(users: Long, products: Long, heldOut: Long) {
  def +(other: OwnLeftOut): OwnLeftOut =
    OwnLeftOut(users + other.users, products + other.products, heldOut + other.heldOut)
}

/** What the choice of candidates costs the users of a holdout, before any scorer orders them. */
final case class CandidateLimits(ownLeftOut: OwnLeftOut, any: Missed, discoveries: Missed) {
  def +(other: CandidateLimits): CandidateLimits =
    CandidateLimits(ownLeftOut + other.ownLeftOut, any + other.any, discoveries + other.discoveries)
}

object CandidateLimits {
  def none: CandidateLimits = CandidateLimits(OwnLeftOut(0, 0, 0), Missed(0, 0), Missed(0, 0))

  /**
   * Counts one user.
   *
   * @param candidates products that scorers can list, ascending
   * @param bought     products bought before the holdout, ascending
   * @param relevant   products bought in the holdout, ascending
   */
  def of(candidates: Array[Int], bought: Array[Int], relevant: Array[Int]): CandidateLimits = {
    def isIn(products: Array[Int])(product: Int): Boolean = java.util.Arrays.binarySearch(products, product) >= 0
    val ownLeftOut = bought.count(!isIn(candidates)(_))
    val (again, discovered) = relevant.partition(isIn(bought))
    val (missedAgain, missedDiscovered) = (again.count(!isIn(candidates)(_)), discovered.count(!isIn(candidates)(_)))
    CandidateLimits(
      OwnLeftOut(users = if (ownLeftOut > 0) 1 else 0, products = ownLeftOut, heldOut = missedAgain),
      any = Missed(heldOut = relevant.length, missed = missedAgain + missedDiscovered),
      discoveries = Missed(heldOut = discovered.length, missed = missedDiscovered)
    )
  }
}
