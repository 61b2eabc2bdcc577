package cartograph.platform

import software.amazon.awssdk.core.sync.RequestBody
import software.amazon.awssdk.services.s3.S3Client
import software.amazon.awssdk.services.s3.model.{GetObjectRequest, NoSuchKeyException, PutObjectRequest, S3Exception}

/**
 * Writes S3 objects that must not exist yet.
 *
 * S3 answers 409 while another conditional write of the same key is under way; the write is then repeated. It answers 412
 * if the object exists. Where the answer to a write was lost, the SDK repeats the write and gets 412 for an object of its
 * own, so after 412 the stored bytes decide.
 *
 * @param pause waits that many milliseconds
 */
final class ConditionalPuts(client: S3Client, bucket: String, pause: Long => Unit = Thread.sleep) {
  import ConditionalPuts._

  /**
   * @return whether the object holds `bytes` because of this call; false if it holds others, and then nothing is changed
   * @throws IllegalStateException if S3 answers 409 to every attempt
   */
  def createIfAbsent(key: String, bytes: Array[Byte]): Boolean = {
    @scala.annotation.tailrec
    def attempt(number: Int): Boolean = put(key, bytes) match {
      case Ok => true
      case PreconditionFailed => stored(key).exists(_.sameElements(bytes))
      case Conflict if number < MostAttempts =>
        pause(FirstPauseMs << (number - 1))
        attempt(number + 1)
      case _ =>
        throw new IllegalStateException(
          s"Cannot write $key: S3 answered 409 (another conditional write is under way) to all $MostAttempts attempts"
        )
    }
    attempt(1)
  }

  /** The status: 200, 409 or 412. */
  private def put(key: String, bytes: Array[Byte]): Int = {
    val request = PutObjectRequest.builder().bucket(bucket).key(key).contentType("application/json").ifNoneMatch("*").build()
    try {
      client.putObject(request, RequestBody.fromBytes(bytes))
      Ok
    } catch {
      case error: S3Exception if Seq(Conflict, PreconditionFailed).contains(error.statusCode()) => error.statusCode()
    }
  }

  private def stored(key: String): Option[Array[Byte]] =
    try Some(client.getObjectAsBytes(GetObjectRequest.builder().bucket(bucket).key(key).build()).asByteArray())
    catch {
      case _: NoSuchKeyException => None
    }
}

object ConditionalPuts {
  private val Ok = 200
  private val Conflict = 409
  private val PreconditionFailed = 412

  private[platform] val MostAttempts = 6

  private val FirstPauseMs = 100L
}
