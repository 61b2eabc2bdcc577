package cartograph.sales

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode

import cartograph.platform.{Documents, Fields}

/**
 * `manifests/N.json`, as far as a later run reads it.
 *
 * @param compacted       keys of the compacted parts, in order
 * @param recommendations keys of the lists' parts, in order
 * @param afterwards      how the run that was served did on window N, as it stands there
 */
final case class EarlierRun(compacted: Seq[String], recommendations: Seq[String], afterwards: Option[JsonNode])

object EarlierRun {

  /** What a later run takes from an earlier manifest. */
  def parse(key: String, text: String): EarlierRun = {
    def below(folder: String): Seq[String] = keysOf(key, text, _.startsWith(folder))
    EarlierRun(
      below("compacted/"),
      below("recommendations/"),
      Option(Documents.parse(key, text).get("afterwards")).filterNot(_.isNull)
    )
  }

  /** Keys of the files that a manifest names, in order, picked by their names. */
  def keysOf(key: String, text: String, isWanted: String => Boolean): Seq[String] =
    new Fields(key, Documents.parse(key, text)).node("files").elements.asScala
      .map(new Fields(key, _))
      .filter(file => isWanted(file.text("name")))
      .map(_.text("key"))
      .toSeq
}
