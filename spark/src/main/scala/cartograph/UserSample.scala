package cartograph

import scala.util.hashing.MurmurHash3

import org.apache.spark.rdd.RDD

/**
 * A sample of users, drawn by a hash of their numbers: the same users in every attempt. Of two samples, the one with the larger
 * share contains the other.
 *
 * @param share of the users, 0..1
 */
private[cartograph] final case class UserSample(share: Double) {
  def contains(user: Int): Boolean =
    share >= 1 || (MurmurHash3.mix(UserSample.Salt, user) & Int.MaxValue) < share * Int.MaxValue

  /** Keeps the users of the sample, in the same partitions. */
  def of[Value](users: RDD[(Int, Value)]): RDD[(Int, Value)] =
    if (share >= 1) users else users.filter { case (user, _) => contains(user) }
}

private[cartograph] object UserSample {
  private val Salt = 5

  /** Makes a sample of about `size` users; of all users if there are at most so many. */
  def ofSize(size: Int, users: RDD[_]): UserSample = UserSample(math.min(1.0, size.toDouble / math.max(1L, users.count())))
}
