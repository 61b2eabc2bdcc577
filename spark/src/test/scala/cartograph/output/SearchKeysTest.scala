package cartograph.output

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.ObjectMapper
import org.scalatest.funsuite.AnyFunSuite

import cartograph.Fixtures

class SearchKeysTest extends AnyFunSuite {
  test("the keys of names equal those in test/fixtures/search-keys.json, which the tests of the search page also read") {
    val samples = new ObjectMapper().readTree(Fixtures.text("search-keys.json")).elements.asScala.toSeq
    assert(samples.size > 5)
    samples.foreach { sample =>
      val name = sample.get("name").asText
      assert(SearchKeys.of(name) === sample.get("keys").elements.asScala.map(_.asText).toSeq, name)
    }
  }
}
