package cartograph.sales

import org.apache.hadoop.conf.Configuration
import org.scalatest.BeforeAndAfterEach

import cartograph.platform.Lake
import cartograph.{FileLake, SparkSuite}

class CatalogueNamesTest extends SparkSuite with BeforeAndAfterEach {
  private var files: FileLake = _
  override def beforeEach(): Unit = files = new FileLake
  override def afterEach(): Unit = files.delete()

  private def names(keys: String*): Map[String, String] =
    CatalogueNames.read(sc, new Lake(files.root, new Configuration()), CatalogueInputs(9, keys), blocks = 3).collect().toMap

  test("the later object wins, in it the later line; a product whose newest line has no name has none") {
    files.put("b", """{"productId":"p1","name":"old"}""" + "\n" + """{"productId":"p2","name":"Vase"}""" + "\n")
    files.put(
      "a",
      Seq("""{"productId":"p1","name":"older"}""", """{"productId":"p1","name":"new\u2028line"}""", """{"productId":"p2"}""")
        .mkString("\n")
    )
    assert(names("b", "a") === Map("p1" -> "new\u2028line"))
    assert(names("a", "b") === Map("p1" -> "old", "p2" -> "Vase"))
  }

  test("the message names an object that is missing, and a line that is not a product") {
    assert(intercept[Exception](names("none")).getMessage.contains("Cannot read none: there is no such object"))
    files.put("a", """{"productId":"p1"}""" + "\n" + """{"name":"x"}""" + "\n")
    assert(intercept[Exception](names("a")).getMessage.contains("Cannot read a, line 2: productId is missing"))
    files.put("a", "not JSON\n")
    assert(intercept[Exception](names("a")).getMessage.contains("Cannot read a, line 1: it is not JSON"))
  }
}
