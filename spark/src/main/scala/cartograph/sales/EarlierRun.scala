package cartograph.sales

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode

import cartograph.platform.{Documents, Fields}

/**
 * The part of `manifests/N.json` that a later run reads.
 *
 * @param compacted       keys of the files with the compacted interactions, in order
 * @param recommendations keys of the files with the recommendation lists, in order
 * @param afterwards      how the served run did on window N, as the manifest has it
 * @param tombstones      number of the newest erasure whose users the run left out; 0 if it left out none
 */
final case class EarlierRun(
    compacted: Seq[String],
    recommendations: Seq[String],
    afterwards: Option[JsonNode],
    tombstones: Int
)

object EarlierRun {

  /** @throws IllegalArgumentException if the text is not a manifest; the message names `key` */
  def parse(key: String, text: String): EarlierRun = {
    def below(folder: String): Seq[String] = keysOf(key, text, _.startsWith(folder))
    EarlierRun(
      below("compacted/"),
      below("recommendations/"),
      new Fields(key, Documents.parse(key, text)).optional("afterwards").filterNot(_.isNull),
      tombstonesOf(key, text)
    )
  }

  /** Returns the number of the newest erasure whose users a run left out; 0 if it left out none. */
  def tombstonesOf(key: String, text: String): Int = {
    val through = Documents.parse(key, text).path("inputs").path("tombstones").path("through")
    require(
      through.isMissingNode || through.isInt,
      s"Cannot read $key: inputs.tombstones.through is $through, should be a number"
    )
    through.asInt(0)
  }

  /** Returns the keys of those files of a manifest whose names are wanted, in the order of the manifest. */
  def keysOf(key: String, text: String, isWanted: String => Boolean): Seq[String] =
    filesOf(key, text, isWanted).map { case (file, _) => file }

  /** Returns the keys and the SHA-256 of the same files. */
  def filesOf(key: String, text: String, isWanted: String => Boolean): Seq[(String, String)] =
    new Fields(key, Documents.parse(key, text)).node("files").elements.asScala
      .map(new Fields(key, _))
      .filter(file => isWanted(file.text("name")))
      .map(file => file.text("key") -> file.text("sha256"))
      .toSeq
}
