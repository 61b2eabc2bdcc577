package cartograph.platform

import java.net.InetSocketAddress
import java.nio.charset.StandardCharsets.UTF_8

import scala.collection.mutable

import com.sun.net.httpserver.{HttpExchange, HttpServer}
import org.scalatest.funsuite.AnyFunSuite

import cartograph.FileLake

class SecretTextTest extends AnyFunSuite {
  private val Arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:PersonKey-AbCdEf"

  /** Answers as Secrets Manager, one answer for each request, the last one for all others. */
  private def withService(answers: (Int, String)*)(body: (String, mutable.Buffer[Map[String, String]]) => Unit): Unit = {
    val requests = mutable.Buffer.empty[Map[String, String]]
    val server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0)
    server.createContext(
      "/",
      (exchange: HttpExchange) => {
        def header(name: String): String = Option(exchange.getRequestHeaders.getFirst(name)).getOrElse("")
        requests += Map(
          "target" -> header("X-Amz-Target"),
          "authorization" -> header("Authorization"),
          "date" -> header("X-Amz-Date"),
          "body" -> new String(exchange.getRequestBody.readAllBytes(), UTF_8)
        )
        val (status, text) = answers(math.min(requests.size, answers.size) - 1)
        exchange.sendResponseHeaders(status, text.getBytes(UTF_8).length.toLong)
        exchange.getResponseBody.write(text.getBytes(UTF_8))
        exchange.close()
      }
    )
    server.start()
    try withKeys(body(s"http://127.0.0.1:${server.getAddress.getPort}", requests))
    finally server.stop(0)
  }

  private def withKeys(body: => Unit): Unit = {
    val keys = Map("aws.accessKeyId" -> "AKIDEXAMPLE", "aws.secretAccessKey" -> "local")
    keys.foreach { case (name, value) => System.setProperty(name, value) }
    try body
    finally keys.keys.foreach(System.clearProperty)
  }

  test("asks Secrets Manager for the secret, with a signature for the region of its ARN") {
    withService(200 -> """{"Name": "PersonKey", "SecretString": "the text of the secret"}""") { (endpoint, requests) =>
      assert(SecretText.read(Arn, Some(endpoint)) === "the text of the secret")
      val request = requests.head
      assert(request("target") === "secretsmanager.GetSecretValue")
      assert(request("body") === s"""{"SecretId":"$Arn"}""")
      assert(request("authorization").startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"))
      assert(request("authorization").contains("/eu-central-1/secretsmanager/aws4_request"))
      assert(request("authorization").contains("x-amz-target") && request("date").nonEmpty)
    }
  }

  test("asks again if the service is busy") {
    withService(503 -> "", 200 -> """{"SecretString": "found"}""") { (endpoint, requests) =>
      assert(SecretText.read(Arn, Some(endpoint)) === "found")
      assert(requests.size === 2)
    }
  }

  test("the message names the secret and the reason, and asks no second time if the role may not read it") {
    withService(400 -> """{"__type": "AccessDeniedException", "Message": "is not authorized"}""") { (endpoint, requests) =>
      val message = intercept[IllegalArgumentException](SecretText.read(Arn, Some(endpoint))).getMessage
      assert(
        message === s"requirement failed: Cannot read the secret $Arn: Secrets Manager answered 400: AccessDeniedException: is not authorized"
      )
      assert(requests.size === 1)
    }
    withService(200 -> """{"SecretBinary": "AAAA"}""") { (endpoint, _) =>
      val message = intercept[IllegalArgumentException](SecretText.read(Arn, Some(endpoint))).getMessage
      assert(message === s"Cannot use the secret $Arn: it is binary, should be text")
    }
  }

  test("a job on files reads the secret from a file; any other reference is refused") {
    val lake = new FileLake
    try {
      lake.put("person-secret", "in a file\n")
      assert(SecretText.read(s"${lake.root}/person-secret") === "in a file")
    } finally lake.delete()
    val missing = intercept[IllegalArgumentException](SecretText.read(s"${lake.root}/person-secret")).getMessage
    assert(missing.contains("Cannot read the secret: there is no file"))
    val message = intercept[IllegalArgumentException](SecretText.read("PersonKey")).getMessage
    assert(message === "Cannot read the secret: its reference is PersonKey, should be the ARN of a secret or file:///PATH")
  }
}
