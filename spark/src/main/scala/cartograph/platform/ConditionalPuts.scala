package cartograph.platform

import software.amazon.awssdk.core.sync.RequestBody
import software.amazon.awssdk.services.s3.S3Client
import software.amazon.awssdk.services.s3.model.{GetObjectRequest, NoSuchKeyException, PutObjectRequest, S3Exception}

/**
 * Writes S3 objects that must not exist yet.
 *
 * S3 answers 409 while another conditional write of the same key is in progress; the write is then repeated. It answers 412
 * if the object exists. If the response to a successful write is lost, the SDK repeats the write and gets 412 for its own
 * object. After a 412 the stored bytes are therefore compared with the bytes to write.
 *
 * @param pause waits for the given number of milliseconds
 */
final class ConditionalPuts(client: S3Client, bucket: String, pause: Long => Unit = Thread.sleep) {
  import ConditionalPuts._

  /**
   * Creates the object, unless it exists.
   *
   * @return true if the object holds `bytes` afterwards; false if it holds other bytes or was deleted since, in which case
   *         nothing was written
   * @throws IllegalStateException if S3 answers 409 to every attempt
   */
  def createIfAbsent(key: String, bytes: Array[Byte]): Boolean = {
    @scala.annotation.tailrec
    def attempt(number: Int): Boolean = put(key, bytes) match {
      case Ok => true
      case PreconditionFailed => stored(key).exists(_.sameElements(bytes))
      case Conflict if number < MaxAttempts =>
        pause(FirstPauseMs << (number - 1))
        attempt(number + 1)
      case _ =>
        throw new IllegalStateException(
          s"Cannot write $key: S3 answered 409 (another conditional write is in progress) to all $MaxAttempts attempts"
        )
    }
    attempt(1)
  }

  /** Returns the HTTP status: 200, 409 or 412. */
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

  private[platform] val MaxAttempts: Int = 6

  private val FirstPauseMs = 100L
}
