package cartograph.platform

import java.net.URI
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.net.http.{HttpClient, HttpRequest}
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Paths}
import java.time.Duration

import scala.jdk.CollectionConverters._

import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider
import software.amazon.awssdk.http.auth.aws.signer.{AwsV4FamilyHttpSigner, AwsV4HttpSigner}
import software.amazon.awssdk.http.auth.spi.signer.SignRequest
import software.amazon.awssdk.http.{ContentStreamProvider, SdkHttpMethod, SdkHttpRequest}
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity
import software.amazon.awssdk.regions.{Region, ServiceMetadata}

/**
 * Reads the text of a secret. The configuration of a job names only where it is, so that no argument, log or record of a job
 * shows it.
 *
 * The job asks Secrets Manager itself, with its role. EMR Serverless would put the secret into the configuration of the job
 * instead (`EMR.secret@`), but only if a customer managed key encrypts it, which costs more than the secret:
 * https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/secrets-manager.html. Jobs reach Secrets Manager without a VPC:
 * https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/considerations.html. The AWS SDK signs the request; its client
 * of Secrets Manager would be one more dependency for one call. This has not been verified in an account.
 */
object SecretText {
  private val Arn = raw"arn:[^:]+:secretsmanager:([^:]+):\d*:secret:.+".r
  private val Attempts = 4
  private val FirstPauseMs = 500L
  private val Timeout = Duration.ofSeconds(20)
  private val Service = "secretsmanager"

  /**
   * Reads a secret.
   *
   * @param reference ARN of a secret in Secrets Manager, or the URI of a file (`file:///…`), as for jobs on files
   * @param endpoint  address of an emulator; None for the service in the region of the ARN
   * @throws IllegalArgumentException if it cannot be read; the message names the reference and does not show the secret
   */
  def read(reference: String, endpoint: Option[String] = sys.env.get("AWS_ENDPOINT_URL")): String = reference match {
    case Arn(region) => fromService(reference, Region.of(region), endpoint)
    case file if file.startsWith("file:///") => fromFile(file)
    case other => throw new IllegalArgumentException(
        s"Cannot read the secret: its reference is $other, should be the ARN of a secret or file:///PATH"
      )
  }

  private def fromFile(reference: String): String = {
    val path = Paths.get(new URI(reference))
    require(Files.isRegularFile(path), s"Cannot read the secret: there is no file $path")
    Files.readString(path).stripSuffix("\n")
  }

  private def fromService(arn: String, region: Region, endpoint: Option[String]): String = {
    val address = endpoint.map(new URI(_)).getOrElse(new URI(s"https://${ServiceMetadata.of(Service).endpointFor(region)}"))
    val (status, body) = answer(request(arn, region, address), attempt = 1)
    // A body without an error may hold the secret, so it is never part of a message.
    require(status == 200, s"Cannot read the secret $arn: Secrets Manager answered $status: ${reason(body)}")
    Option(Documents.parse("the answer of Secrets Manager", body).get("SecretString")).filter(_.isTextual).map(_.asText)
      .getOrElse(throw new IllegalArgumentException(s"Cannot use the secret $arn: it is binary, should be text"))
  }

  /** Asks again if the service is busy or unreachable. */
  @scala.annotation.tailrec
  private def answer(request: HttpRequest, attempt: Int): (Int, String) = {
    val found =
      try {
        val response = client.send(request, BodyHandlers.ofString(UTF_8))
        Right(response.statusCode -> response.body)
      } catch {
        case cause: java.io.IOException => Left(cause)
      }
    found match {
      case Right((status, body)) if status < 500 && status != 429 || attempt == Attempts => (status, body)
      case Left(cause) if attempt == Attempts =>
        throw new IllegalArgumentException(s"Cannot reach Secrets Manager at ${request.uri}: $cause", cause)
      case _ =>
        Thread.sleep(FirstPauseMs << (attempt - 1))
        answer(request, attempt + 1)
    }
  }

  private def client: HttpClient = HttpClient.newBuilder.connectTimeout(Timeout).build()

  /** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
  private def request(arn: String, region: Region, address: URI): HttpRequest = {
    val body = Documents.obj("SecretId" -> arn).toString.getBytes(UTF_8)
    val headers = Map("Content-Type" -> "application/x-amz-json-1.1", "X-Amz-Target" -> "secretsmanager.GetSecretValue")
    val unsigned = headers.foldLeft(SdkHttpRequest.builder().method(SdkHttpMethod.POST).uri(address.resolve("/"))) {
      case (all, (name, value)) => all.putHeader(name, value)
    }.build()
    val signed = AwsV4HttpSigner.create().sign { (parts: SignRequest.Builder[AwsCredentialsIdentity]) =>
      parts.identity(DefaultCredentialsProvider.create().resolveCredentials())
        .request(unsigned)
        .payload(ContentStreamProvider.fromByteArray(body))
        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, Service)
        .putProperty(AwsV4HttpSigner.REGION_NAME, region.id)
      ()
    }
    val builder = HttpRequest.newBuilder(address.resolve("/")).timeout(Timeout).POST(BodyPublishers.ofByteArray(body))
    // The client sets the host and the length itself.
    for {
      (name, values) <- signed.request.headers.asScala
      if !Set("host", "content-length").contains(name.toLowerCase)
      value <- values.asScala
    } builder.header(name, value)
    builder.build()
  }

  private def reason(body: String): String =
    try {
      val answer = Documents.parse("the answer of Secrets Manager", body)
      Seq(
        "__type",
        "message",
        "Message"
      ).flatMap(name => Option(answer.get(name))).filter(_.isTextual).map(_.asText).mkString(": ")
    } catch {
      case _: IllegalArgumentException => "no reason"
    }
}
