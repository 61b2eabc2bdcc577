package cartograph.platform

import java.security.MessageDigest
import java.util.HexFormat

object Hashes {
  def hex(bytes: Array[Byte]): String = HexFormat.of().formatHex(bytes)
  def sha256(bytes: Array[Byte]): Array[Byte] = MessageDigest.getInstance("SHA-256").digest(bytes)
}
