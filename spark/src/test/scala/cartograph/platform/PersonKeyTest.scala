package cartograph.platform

import scala.jdk.CollectionConverters._

import org.scalatest.funsuite.AnyFunSuite

import cartograph.Fixtures

class PersonKeyTest extends AnyFunSuite {
  private val fixture = Documents.parse("person-key.json", Fixtures.text("person-key.json"))
  private val key = PersonKey.of(fixture.get("secret").asText)

  test("hashes and check are those of the fixture that TypeScript made") {
    assert(key.check === fixture.get("check").asText)
    val hash = key.forgottenHasher()
    val users = fixture.get("users").elements.asScala.toSeq
    assert(users.nonEmpty)
    for (user <- users) assert(hash(user.get("user").asText) === user.get("forgottenHash").asText, user)
  }

  test("a short secret is refused, and neither the message nor the key shows a secret") {
    val message = intercept[IllegalArgumentException](PersonKey.of("too short a secret")).getMessage
    assert(message.contains("has 18 characters, should have 32 or more") && !message.contains("too short"))
    assert(!key.toString.contains(fixture.get("secret").asText))
  }
}
