package cartograph.evaluation

import com.fasterxml.jackson.databind.JsonNode

import cartograph.lists.{ListKind, Ranking}
import cartograph.platform.Documents.{arr, obj}

/**
 * The documents about the quality of a run. Their schemas are in lambdas/shared/contract/quality.ts.
 *
 * @param share     share of the sales to hold out, as configured
 * @param quality   None if nothing could be held out
 * @param orderedBy name of the scorer that orders a list
 * @param served    the run whose lists were compared; None if no run was served
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
   * Makes `metrics.json`.
   *
   * @param heldOut number of purchases and returns that are held out
   * @param series  measures of the served runs on earlier windows, oldest first
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
      "scoredShare" -> quality.filter(_.heldOutPairs > 0).map(measured =>
        Ranking.rounded(1 - measured.unknownPairs.toDouble / measured.heldOutPairs)
      )
    ),
    "any" -> quality.flatMap(_.any).map(compared),
    "new" -> quality.flatMap(_.discoveries).map(compared),
    "differences" -> obj(
      "any" -> quality.flatMap(_.any).map(measured => differences(measured.comparison)),
      "new" -> quality.flatMap(_.discoveries).map(measured => differences(measured.comparison))
    ),
    "candidates" -> quality.map(measured => candidates(measured.limits)),
    "series" -> arr((series ++ afterwards).takeRight(Metrics.SeriesLength)),
    "rmsePreference" -> quality.flatMap(_.rmse).map(metric)
  )

  /** Makes `quality` of the manifest: NDCG@10 of every scorer, for both lists. */
  def headline: JsonNode = {
    def ndcg(list: Option[Compared]) =
      list.map(measured => obj(measured.scorers.map { case (name, metrics) => name -> metric(metrics.ndcg) }: _*))
    obj("any" -> ndcg(quality.flatMap(_.any)), "new" -> ndcg(quality.flatMap(_.discoveries)))
  }

  /** Makes `gate` of the manifest, by which publish decides. */
  def gate: Option[JsonNode] = quality.map { measured =>
    def comparisonOf(list: ListKind): Option[JsonNode] = measured.of(list).map { case Compared(_, comparison) =>
      obj(
        "orderedBy" -> orderedBy(list),
        "baseline" -> comparison.baseline,
        "overBaseline" -> metric(comparison.overall.overBaseline),
        "overServed" -> comparison.overall.overServed.map(metric),
        "overServedLists" -> comparison.overServedLists.map(metric)
      )
    }
    obj(
      "served" -> served,
      "horizonMs" -> splits.horizonMs,
      "any" -> comparisonOf(ListKind.Any),
      "new" -> comparisonOf(ListKind.New)
    )
  }

  /** Makes `afterwards` of the manifest: NDCG@10 of the served run on the sales that were made after it. */
  def afterwards: Option[JsonNode] = for {
    servedRun <- served
    from <- splits.fromMs
    measured <- quality
  } yield {
    def ndcg(list: ListKind) = measured.of(list).flatMap(_.of("served")).map(found => metric(found.ndcg))
    obj(
      "window" -> run,
      "run" -> servedRun,
      "fromMs" -> from,
      "untilMs" -> splits.untilMs,
      "any" -> ndcg(ListKind.Any),
      "new" -> ndcg(ListKind.New)
    )
  }

  private def differences(comparison: Comparison): JsonNode = {
    def both(difference: Difference): Seq[(String, Any)] = Seq(
      "overBaseline" -> metric(difference.overBaseline),
      "overServed" -> difference.overServed.map(metric)
    )
    obj(
      "baseline" -> comparison.baseline,
      "ndcg@10" -> obj(both(comparison.overall): _*),
      "byHistory" -> arr(comparison.byHistory.map { case HistoryDifference(from, to, difference) =>
        obj("from" -> from, "to" -> to, "ndcg@10" -> obj(both(difference): _*))
      }),
      "byPopularity" -> arr(comparison.byPopularity.map { case (decile, difference) =>
        obj("decile" -> decile, "recall@10" -> obj(both(difference): _*))
      })
    )
  }

  private def candidates(limits: CandidateLimits): JsonNode = {
    def missed(list: Missed): JsonNode = obj("heldOut" -> list.heldOut, "missed" -> list.missed)
    val own = limits.ownLeftOut
    obj(
      "ownLeftOut" -> obj("users" -> own.users, "products" -> own.products, "heldOut" -> own.heldOut),
      "any" -> missed(limits.any),
      "new" -> missed(limits.discoveries)
    )
  }

  private def compared(list: Compared): JsonNode = obj(list.scorers.map { case (name, metrics) => name -> ranking(metrics) }: _*)

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
      "byHistory" -> arr(metrics.byHistory.map { case HistoryMetric(from, to, ndcg) =>
        obj("from" -> from, "to" -> to, "ndcg@10" -> metric(ndcg))
      }),
      "byPopularity" -> arr(metrics.byPopularity.map { case (decile, recall) =>
        obj("decile" -> decile, "recall@10" -> metric(recall))
      })
    ))
  }

  private def metric(value: Metric): JsonNode =
    obj("value" -> value.value, "n" -> value.n, "low" -> value.low, "high" -> value.high)
}

object Metrics {
  private val SeriesLength = 100
}
