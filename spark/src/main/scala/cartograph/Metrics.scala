package cartograph

import com.fasterxml.jackson.databind.JsonNode

import Documents.obj

/** `metrics.json`; its schema is Metrics in lambdas/shared/schemas.ts. */
object Metrics {

  def document(run: Int, share: Double, fromMs: Option[Long], heldOut: Long, quality: Option[Quality]): JsonNode = obj(
    "run" -> run,
    "holdout" -> obj(
      "share" -> share,
      "fromMs" -> fromMs,
      "interactions" -> heldOut,
      "users" -> quality.fold(0L)(_.users),
      "unknownPairs" -> quality.fold(0L)(_.unknownPairs)
    ),
    "any" -> quality.flatMap(_.any).map(compared),
    "new" -> quality.flatMap(_.fresh).map(compared),
    "rmsePreference" -> quality.flatMap(_.rmse).map(metric)
  )

  /** NDCG@10 of both lists, for the manifest. */
  def headline(quality: Option[Quality]): JsonNode = {
    def of(list: Option[Compared]) = list.map(both => obj(both.scorers.map { case (name, metrics) => key(name) -> metric(metrics.ndcg) }: _*))
    obj("any" -> of(quality.flatMap(_.any)), "new" -> of(quality.flatMap(_.fresh)))
  }

  private def compared(both: Compared): JsonNode = obj(both.scorers.map { case (name, metrics) => key(name) -> ranking(metrics) }: _*)

  /** "recent popularity" → recentPopularity */
  private def key(name: String): String =
    name.split(' ').zipWithIndex.map { case (word, index) => if (index == 0) word else word.capitalize }.mkString

  private def ranking(metrics: RankingMetrics): JsonNode = obj(
    "ndcg@10" -> metric(metrics.ndcg),
    "recall@10" -> metric(metrics.recall),
    "map@10" -> metric(metrics.map),
    "hitRate@10" -> metric(metrics.hitRate),
    "coverage@10" -> Ranking.rounded(metrics.coverage)
  )

  private def metric(of: Metric): JsonNode = obj("value" -> of.value, "n" -> of.n, "low" -> of.low, "high" -> of.high)
}
