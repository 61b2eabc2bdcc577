package cartograph.platform

import java.nio.charset.StandardCharsets.UTF_8

import scala.collection.mutable

import org.scalatest.funsuite.AnyFunSuite
import software.amazon.awssdk.core.ResponseBytes
import software.amazon.awssdk.core.sync.RequestBody
import software.amazon.awssdk.services.s3.S3Client
import software.amazon.awssdk.services.s3.model.{GetObjectRequest, GetObjectResponse, NoSuchKeyException}
import software.amazon.awssdk.services.s3.model.{PutObjectRequest, PutObjectResponse, S3Exception}

class ConditionalPutsTest extends AnyFunSuite {
  private val key = "manifests/00000001.json"
  private val ownBytes = "ours".getBytes(UTF_8)

  private def failed(status: Int): Exception = S3Exception.builder().statusCode(status).message(s"status $status").build()

  /** Answers each put with the next status of `answers`. Reads return `stored`. */
  private final class Bucket(stored: Option[String], answers: Int*) extends S3Client {
    private val waiting = mutable.Queue(answers: _*)
    val puts: mutable.Buffer[PutObjectRequest] = mutable.Buffer.empty

    override def serviceName(): String = "s3"
    override def close(): Unit = ()
    override def putObject(request: PutObjectRequest, body: RequestBody): PutObjectResponse = {
      puts += request
      waiting.dequeue() match {
        case 200 => PutObjectResponse.builder().build()
        case status => throw failed(status)
      }
    }
    override def getObjectAsBytes(request: GetObjectRequest): ResponseBytes[GetObjectResponse] = {
      assert((request.bucket, request.key) === (("lake", key)))
      val text = stored.getOrElse(throw NoSuchKeyException.builder().message("no such key").build())
      ResponseBytes.fromByteArray(GetObjectResponse.builder().build(), text.getBytes(UTF_8))
    }
  }

  private def create(bucket: Bucket): (Boolean, Seq[Long]) = {
    val pauses = mutable.Buffer.empty[Long]
    (new ConditionalPuts(bucket, "lake", pauses += _).createIfAbsent(key, ownBytes), pauses.toSeq)
  }

  test("an absent object is written with the header If-None-Match") {
    val bucket = new Bucket(None, 200)
    assert(create(bucket) === ((true, Nil)))
    assert(bucket.puts.map(put => (put.bucket, put.key, put.contentType, put.ifNoneMatch)).toSeq ===
      Seq(("lake", key, "application/json", "*")))
  }

  test("an object of another attempt is kept, and the result is false") {
    assert(create(new Bucket(Some("another attempt's"), 412)) === ((false, Nil)))
  }

  test("412 for an object with the same bytes is success: an earlier write arrived, but its response was lost") {
    assert(create(new Bucket(Some("ours"), 412)) === ((true, Nil)))
  }

  test("after 412, an object that was deleted in between gives false") {
    assert(create(new Bucket(None, 412)) === ((false, Nil)))
  }

  test("after 409 the write is repeated, with pauses that double, until S3 decides") {
    assert(create(new Bucket(None, 409, 409, 200)) === ((true, Seq(100L, 200L))))
    assert(create(new Bucket(Some("another attempt's"), 409, 412)) === ((false, Seq(100L))))
  }

  test("409 to every attempt is an error that names the key; any other failure is an error at once") {
    val bucket = new Bucket(None, Seq.fill(ConditionalPuts.MaxAttempts)(409): _*)
    assert(intercept[IllegalStateException](create(bucket)).getMessage ===
      "Cannot write manifests/00000001.json: S3 answered 409 (another conditional write is in progress) to all 6 attempts")
    assert(bucket.puts.size === 6)
    assert(intercept[S3Exception](create(new Bucket(None, 403, 200))).statusCode() === 403)
  }
}
