package cartograph.lists

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.parquet.schema.{MessageType, MessageTypeParser}

import cartograph.platform.Parquets

/** A row of the recommendation files: one product in one list of one user. `rank` counts from 1; `list` is `any` or `new`. */
final case class Recommendation(user: String, product: String, list: String, rank: Int, score: Double)

/** Parquet files with the recommendation lists of a run. */
object RecommendationFiles {

  val Schema: MessageType = MessageTypeParser.parseMessageType(
    """message recommendation {
      |  required binary user (UTF8);
      |  required binary product (UTF8);
      |  required binary list (UTF8);
      |  required int32 rank;
      |  required double score;
      |}""".stripMargin
  )

  /** @throws IllegalArgumentException if the file is missing or has other columns; the message names it */
  def read(path: Path, configuration: Configuration): Iterator[Recommendation] =
    Parquets.read(path, configuration, "recommendations") { row =>
      def text(column: String): String = row.getBinary(column, 0).toStringUsingUTF8
      Recommendation(text("user"), text("product"), text("list").intern, row.getInteger("rank", 0), row.getDouble("score", 0))
    }
}
