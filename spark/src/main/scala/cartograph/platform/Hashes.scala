package cartograph.platform

import java.security.MessageDigest

object Hashes {
  def hex(bytes: Array[Byte]): String = bytes.map("%02x".format(_)).mkString
  def sha256(bytes: Array[Byte]): Array[Byte] = MessageDigest.getInstance("SHA-256").digest(bytes)
}
