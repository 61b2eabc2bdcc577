package cartograph.output

import org.apache.spark.rdd.RDD

import cartograph.platform.ByKey

/**
 * How much one kind of list changed: of each user, the share of the list that was not in the same list before.
 *
 * @param users   number of users with a list both before and now
 * @param sum     sum of their shares, 0..1 each
 * @param shares  number of these users by share: exactly 0, then up to 0.1, …, up to 1
 * @param changed number of these users whose list has other products than before
 * @param overlap sum over these users of the products that both lists have, divided by the products that any of the two has: 0..1
 *                each (Jaccard index)
 * @param added   number of users with a list only now
 * @param gone    number of users with a list only before
 */
final case class Churn(
    users: Long,
    sum: Double,
    shares: Array[Long],
    changed: Long,
    overlap: Double,
    added: Long,
    gone: Long
) {
  def +(other: Churn): Churn = Churn(
    users = users + other.users,
    sum = sum + other.sum,
    shares = shares.zip(other.shares).map { case (a, b) => a + b },
    changed = changed + other.changed,
    overlap = overlap + other.overlap,
    added = added + other.added,
    gone = gone + other.gone
  )
}

object Churn {
  /** 0, and ten steps to 1. */
  private val Shares = 11

  def none: Churn = Churn(users = 0, sum = 0, shares = new Array[Long](Shares), changed = 0, overlap = 0, added = 0, gone = 0)

  /** Returns the churn of one user, from the products of the list before and now; a user without a list has no products. */
  def of(before: Set[String], now: Set[String]): Churn = (before.isEmpty, now.isEmpty) match {
    case (true, true) => none
    case (true, false) => none.copy(added = 1)
    case (false, true) => none.copy(gone = 1)
    case (false, false) =>
      val kept = now.count(before.contains)
      val added = now.size - kept
      val shares = none.shares
      // Rounded up, so that only a list without a new product counts as 0.
      shares((added * 10 + now.size - 1) / now.size) = 1
      Churn(
        users = 1,
        sum = added.toDouble / now.size,
        shares = shares,
        changed = if (before == now) 0 else 1,
        overlap = kept.toDouble / (before.size + added),
        added = 0,
        gone = 0
      )
  }
}

/** A product in a list of a user, as the files of a run name them. */
private[output] final case class Listed(user: String, product: String, list: String)

/**
 * The changes of the recommendations of users, added up.
 *
 * @param added   number of recommendations that are new since the earlier run
 * @param removed number of recommendations that only the earlier run has
 * @param kept    number of recommendations that both runs have
 * @param any     churn of the lists `any`
 * @param newOnly churn of the lists `new`
 */
final case class UserChanges(added: Long, removed: Long, kept: Long, any: Churn, newOnly: Churn) {
  def +(other: UserChanges): UserChanges = UserChanges(
    added = added + other.added,
    removed = removed + other.removed,
    kept = kept + other.kept,
    any = any + other.any,
    newOnly = newOnly + other.newOnly
  )
}

object UserChanges {
  def none: UserChanges = UserChanges(added = 0, removed = 0, kept = 0, any = Churn.none, newOnly = Churn.none)

  /** Compares the recommendations of two runs. */
  private[output] def of(before: RDD[Listed], now: RDD[Listed], blocks: Int): UserChanges = {
    // A single text per recommendation, because Spark walks through all objects that it gathers to estimate their size.
    def byUser(rows: RDD[Listed]): RDD[(String, String)] = rows.map(row => row.user -> entry(row.product, row.list))
    val byPart = byUser(before).cogroup(byUser(now), blocks).mapPartitionsWithIndex { (part, users) =>
      Iterator.single(part -> users.map { case (_, (before, now)) => ofUser(before.toSet, now.toSet) }.foldLeft(none)(_ + _))
    }
    // One value per partition. They are added in the order of partitions, because a sum of fractions depends on the order.
    ByKey.values(byPart.collect()).foldLeft(none)(_ + _)
  }

  /** A product in a list of a user. The names of lists have no space. */
  private[cartograph] def entry(product: String, list: String): String = s"$list $product"

  /**
   * Compares the recommendations of one user.
   *
   * @param before entries of the earlier run; see [[entry]]
   * @param now    entries of this run
   */
  private[cartograph] def ofUser(before: Set[String], now: Set[String]): UserChanges = {
    def churn(list: String): Churn = {
      def ofList(entries: Set[String]): Set[String] = entries.filter(_.startsWith(entry("", list)))
      Churn.of(ofList(before), ofList(now))
    }
    UserChanges(
      added = now.diff(before).size.toLong,
      removed = before.diff(now).size.toLong,
      kept = now.intersect(before).size.toLong,
      any = churn("any"),
      newOnly = churn("new")
    )
  }
}
