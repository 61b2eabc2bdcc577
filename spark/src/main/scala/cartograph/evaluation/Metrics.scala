package cartograph.evaluation

import com.fasterxml.jackson.databind.JsonNode

import cartograph.lists.{ListKind, Ranking}
import cartograph.platform.Documents.{arr, obj}

/**
 * What a run tells of its quality; the schemas stand in lambdas/shared/contract/quality.ts.
 *
 * @param orderedBy by list, what orders it
 * @param served    the run that was compared with
 */
final case class Metrics(
    run: Int,
    share: Double,
    splits: TemporalSplits,
    quality: Option[Quality],
    orderedBy: ListKind => String,
    served: Option[Int]
) {

  /**
   * `metrics.json`.
   *
   * @param heldOut interactions
   * @param series  how served runs did on earlier windows, oldest first
   */
  def document(heldOut: Long, series: Seq[JsonNode]): JsonNode = obj(
    "run" -> run,
    "holdout" -> obj(
      "kind" -> splits.kind,
      "share" -> share,
      "fromMs" -> splits.fromMs,
      "interactions" -> heldOut,
      "users" -> quality.fold(0L)(_.users),
      "unknownPairs" -> quality.fold(0L)(_.unknownPairs),
      "scoredShare" -> quality.filter(_.heldOutPairs > 0).map(of =>
        Ranking.rounded(1 - of.unknownPairs.toDouble / of.heldOutPairs)
      )
    ),
    "any" -> quality.flatMap(_.any).map(compared),
    "new" -> quality.flatMap(_.fresh).map(compared),
    "series" -> arr((series ++ afterwards).takeRight(Metrics.SeriesLength)),
    "rmsePreference" -> quality.flatMap(_.rmse).map(metric)
  )

  /** NDCG@10 of both lists, for the manifest. */
  def headline: JsonNode = {
    def of(list: Option[Compared]) =
      list.map(both => obj(both.scorers.map { case (name, metrics) => name -> metric(metrics.ndcg) }: _*))
    obj("any" -> of(quality.flatMap(_.any)), "new" -> of(quality.flatMap(_.fresh)))
  }

  /** What publish decides by. */
  def gate: Option[JsonNode] = quality.map { measured =>
    def of(list: ListKind): Option[JsonNode] = measured.of(list).map { case Compared(_, comparison) =>
      obj(
        "orderedBy" -> orderedBy(list),
        "baseline" -> comparison.baseline,
        "overBaseline" -> metric(comparison.overBaseline),
        "overServed" -> comparison.overServed.map(metric)
      )
    }
    obj("served" -> served, "any" -> of(ListKind.Any), "new" -> of(ListKind.New))
  }

  /** How the served run did on what came after it. */
  def afterwards: Option[JsonNode] = for {
    of <- served
    from <- splits.fromMs
    measured <- quality
  } yield {
    def ndcg(list: ListKind) = measured.of(list).flatMap(_.of("served")).map(found => metric(found.ndcg))
    obj(
      "window" -> run,
      "run" -> of,
      "fromMs" -> from,
      "untilMs" -> splits.untilMs,
      "any" -> ndcg(ListKind.Any),
      "new" -> ndcg(ListKind.New)
    )
  }

  private def compared(both: Compared): JsonNode = obj(both.scorers.map { case (name, metrics) => name -> ranking(metrics) }: _*)

  private def ranking(metrics: RankingMetrics): JsonNode = {
    val all = obj(
      "ndcg@10" -> metric(metrics.ndcg),
      "recall@10" -> metric(metrics.recall),
      "map@10" -> metric(metrics.map),
      "hitRate@10" -> metric(metrics.hitRate)
    )
    metrics.novelty.foreach(novelty => all.set[JsonNode]("novelty@10", metric(novelty)))
    all.setAll[JsonNode](obj(
      "coverage@10" -> Ranking.rounded(metrics.coverage),
      "byHistory" -> arr(metrics.byHistory.map { case (from, to, ndcg) =>
        obj("from" -> from, "to" -> to, "ndcg@10" -> metric(ndcg))
      }),
      "byPopularity" -> arr(metrics.byPopularity.map { case (decile, recall) =>
        obj("decile" -> decile, "recall@10" -> metric(recall))
      })
    ))
  }

  private def metric(of: Metric): JsonNode = obj("value" -> of.value, "n" -> of.n, "low" -> of.low, "high" -> of.high)
}

object Metrics {
  private val SeriesLength = 100
}
