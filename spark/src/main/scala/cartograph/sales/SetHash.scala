package cartograph.sales

import java.nio.ByteBuffer

import cartograph.platform.Hashes

/**
 * The hash of a set, which does not depend on the order of its members:
 *
 *   hash(S) = SHA-256(|S|, sum over members m of SHA-256(m)), the sum taken in four lanes of 64 bits, modulo 2^64 each
 *
 * After M. Bellare, D. Micciancio: A New Paradigm for Collision-Free Hashing, 1997.
 */
private[sales] final case class SetHash(members: Long, lanes: Seq[Long]) {
  def +(other: SetHash): SetHash =
    SetHash(members + other.members, lanes.zip(other.lanes).map { case (a, b) => a + b })

  /** Returns the hash as hexadecimal text. */
  def hex: String = {
    val bytes = ByteBuffer.allocate(8 * (1 + SetHash.Lanes)).putLong(members)
    lanes.foreach(bytes.putLong)
    Hashes.hex(Hashes.sha256(bytes.array))
  }
}

private[sales] object SetHash {
  private val Lanes = 4

  val Empty: SetHash = SetHash(0, Seq.fill(Lanes)(0L))

  def ofMember(bytes: Array[Byte]): SetHash = {
    val hash = ByteBuffer.wrap(Hashes.sha256(bytes))
    SetHash(1, Seq.fill(Lanes)(hash.getLong()))
  }
}
