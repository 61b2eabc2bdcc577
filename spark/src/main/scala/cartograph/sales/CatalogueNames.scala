package cartograph.sales

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.apache.spark.util.SerializableConfiguration

import cartograph.platform.{Documents, Fields, Lake}

/**
 * The part of the catalogue that a run reads: the objects that its window names, see lambdas/shared/contract/schemas.ts.
 *
 * @param through number of the newest batch
 * @param keys    NDJSON objects with a product in each line. A line of a later object, or a later line, replaces an earlier one
 */
final case class CatalogueInputs(through: Long, keys: Seq[String])

object CatalogueInputs {

  /** @throws IllegalArgumentException if a field is missing or has the wrong type; the message names key and field */
  def parse(key: String, node: JsonNode): CatalogueInputs = {
    val catalogue = new Fields(key, node)
    CatalogueInputs(
      through = catalogue.number("through").toLong,
      keys = catalogue.node("objects").elements.asScala.map(new Fields(key, _).text("key")).toSeq
    )
  }
}

/** The names that the catalogue gives to products. */
object CatalogueNames {

  /** The newest line wins: that of the later object, in it the later line. */
  private final case class Named(place: Int, line: Int, name: Option[String]) {
    def newest(other: Named): Named = if (Ordering[(Int, Int)].gteq((place, line), (other.place, other.line))) this else other
  }

  /**
   * Reads the names from all objects. Each object is read by one task.
   *
   * @return id and name of each product whose newest line has a name, in any order
   * @throws NoSuchElementException   if an object is missing; the message names it
   * @throws IllegalArgumentException if a line is not a product; the message names the object and the line
   */
  def read(sc: SparkContext, lake: Lake, catalogue: CatalogueInputs, blocks: Int): RDD[(String, String)] = {
    val configuration = sc.broadcast(new SerializableConfiguration(sc.hadoopConfiguration))
    val root = lake.root
    sc.parallelize(catalogue.keys.zipWithIndex, math.max(1, catalogue.keys.size))
      .flatMap { case (key, place) => lines(new Lake(root, configuration.value.value), key, place) }
      .reduceByKey(_.newest(_), blocks)
      .flatMap { case (product, named) => named.name.map(product -> _) }
  }

  private def lines(lake: Lake, key: String, place: Int): Iterator[(String, Named)] = {
    val text = lake.read(key).getOrElse(throw new NoSuchElementException(s"Cannot read $key: there is no such object"))
    // Not `linesIterator`: names may hold line separators of Unicode.
    text.split('\n').iterator.zipWithIndex.collect {
      case (line, index) if line.nonEmpty =>
        val origin = s"$key, line ${index + 1}"
        val product = new Fields(origin, Documents.parse(origin, line))
        product.text("productId") -> Named(place, index, product.optional("name").map(_ => product.text("name")))
    }
  }
}
