package cartograph.platform

import java.nio.charset.StandardCharsets.UTF_8

import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec

/**
 * The secret key of a deployment, as far as the job needs it: it recognises users who were forgotten. The same values as in
 * lambdas/shared/privacy/person-key.ts; test/fixtures/person-key.json holds both together.
 */
final class PersonKey private (secret: Array[Byte]) extends Serializable {

  /** 16 hex digits by which a process sees that it has the same secret as another. */
  def check: String = Hashes.hex(hmac("check")).take(PersonKey.CheckLength)

  /**
   * Returns a function that hashes users as they are stored: HMAC-SHA-256(secret, "erased", 0, user) as 64 hex digits. One thread
   * may use it, because it keeps the state of the algorithm.
   */
  def forgottenHasher(): String => String = {
    val mac = newMac()
    user => {
      mac.update(PersonKey.purpose("erased"))
      Hashes.hex(mac.doFinal(user.getBytes(UTF_8)))
    }
  }

  private def hmac(purpose: String): Array[Byte] = newMac().doFinal(PersonKey.purpose(purpose))

  private def newMac(): Mac = {
    val mac = Mac.getInstance(PersonKey.Algorithm)
    mac.init(new SecretKeySpec(secret, PersonKey.Algorithm))
    mac
  }

  /** Does not show the secret. */
  override def toString: String = s"PersonKey($check)"
}

object PersonKey {
  private val Algorithm = "HmacSHA256"
  private val CheckLength = 16
  private val MinSecretLength = 32

  /** @throws IllegalArgumentException if the secret has fewer than 32 characters; the message does not show it */
  def of(secret: String): PersonKey = {
    require(
      secret.length >= MinSecretLength,
      s"Cannot use the secret of personal ids: it has ${secret.length} characters, should have $MinSecretLength or more"
    )
    new PersonKey(secret.getBytes(UTF_8))
  }

  private def purpose(name: String): Array[Byte] = (name + "\u0000").getBytes(UTF_8)
}
