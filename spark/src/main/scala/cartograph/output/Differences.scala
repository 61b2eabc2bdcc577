package cartograph.output

import scala.util.control.NonFatal

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

import cartograph.graph.{LinkKind, RunGraph, Vertex, VertexIds}
import cartograph.lists.{ListKind, Ranking}
import cartograph.platform.Documents.{arr, named, obj}
import cartograph.platform.{Lake, Log}
import cartograph.sales.{Shop, Tombstones}

/**
 * `diff.json`: what changed since the previous run; see Diff in lambdas/shared/contract/summaries.ts.
 *
 * @param tombstones users who were forgotten since the previous run count as if it had never had them
 */
final class Differences(sc: SparkContext, lake: Lake, tombstones: Tombstones) {
  import Differences._

  /**
   * Returns the document. `changes` is null if there is no earlier run, or if its files cannot be read; then `reason` says why.
   */
  def document(graph: RunGraph, shop: Shop): JsonNode = {
    val previous = EarlierFiles.newestBefore(lake, graph.run)
    val compared = previous.map(compare(_, graph, shop))
    obj(
      "run" -> graph.run,
      "previous" -> previous.map(earlier => obj("run" -> earlier.run, "asOfMs" -> earlier.asOfMs)),
      "changes" -> compared.flatMap(_.toOption),
      "reason" -> compared.flatMap(_.left.toOption)
    )
  }

  /** Returns the changes, or the reason why there are none, for readers who do not see the job's log. */
  private def compare(earlier: EarlierFiles, graph: RunGraph, shop: Shop): Either[String, JsonNode] =
    if (earlier.recommendations.isEmpty || earlier.vertices.isEmpty)
      Left(s"the manifest of run ${earlier.run} names no lists or no vertices as Parquet")
    else
      try {
        def rows(keys: Seq[String], columns: Seq[String]): RDD[Seq[String]] = EarlierFiles.rows(sc, lake.root, keys, columns)
        val lists = rows(earlier.recommendations, Seq("user", "product", "list")).map(row => Listed(row(0), row(1), row(2)))
        val recommendations = tombstones.withoutForgotten(lists, earlier.tombstones)(listed => Some(listed.user))
        val vertexIds = tombstones
          .withoutForgotten(rows(earlier.vertices, Seq("id")).map(_.head), earlier.tombstones)(VertexIds.userOf)
        Right(changes(recommendations, vertexIds, graph, shop))
      } catch {
        case NonFatal(cause) =>
          val firstLine = Option(cause.getMessage).getOrElse(cause.toString).linesIterator.nextOption().getOrElse("")
          Log.warn(s"Cannot compare with run ${earlier.run}: $firstLine", obj("window" -> graph.run))
          Left(s"the lists or vertices of run ${earlier.run} cannot be read; the job’s log says why")
      }
}

object Differences {
  /**
   * The maximum number of products listed as in more lists than before, and of those in fewer. The tests of both languages check
   * it with test/fixtures/limits.json.
   */
  private[cartograph] val KeptChanges: Int = 20

  /**
   * Compares the graph with an earlier one.
   *
   * @param recommendations those of the earlier run
   * @param vertexIds       typed ids of its vertices
   */
  private def changes(recommendations: RDD[Listed], vertexIds: RDD[String], graph: RunGraph, shop: Shop): JsonNode = {
    val now = graph.links
      .filter(_.kind != LinkKind.Bought)
      .map(link => Listed(link.userId, link.product.id, LinkKind.listName(link.kind)))
    val users = UserChanges.of(recommendations, now, graph.vertices.getNumPartitions)
    obj(
      "edges" -> obj("added" -> users.added, "removed" -> users.removed, "kept" -> users.kept),
      "churn" -> obj("any" -> churnNode(users.any), "new" -> churnNode(users.newOnly)),
      "totals" -> totals(users, recommendations, now, graph.vertices.getNumPartitions),
      "exposure" -> exposureChanges(recommendations, graph.vertices, shop),
      "vertices" -> vertexChanges(vertexIds, graph.vertices)
    )
  }

  private def churnNode(churn: Churn): Option[JsonNode] = Option.when(churn.users > 0)(
    obj("users" -> churn.users, "mean" -> Ranking.rounded(churn.sum / churn.users), "shares" -> arr(churn.shares))
  )

  /** The changes of each kind of list, over all users and products. */
  private def totals(users: UserChanges, before: RDD[Listed], now: RDD[Listed], blocks: Int): JsonNode = {
    def products(rows: RDD[Listed], flag: Int): RDD[((String, String), Int)] =
      rows.map(row => (row.list, row.product) -> flag)
    // At most six counts: the list, and before, now or both.
    val counts = (products(before, Before) ++ products(now, Now))
      .reduceByKey(_ | _, blocks)
      .map { case ((list, _), runs) => (list, runs) }
      .countByValue()
    def node(list: ListKind, churn: Churn): JsonNode = {
      def inRuns(runs: Int): Long = counts.getOrElse((list.name, runs), 0L)
      obj(
        "users" -> obj(
          "compared" -> churn.users,
          "changed" -> churn.changed,
          "added" -> churn.added,
          "gone" -> churn.gone
        ),
        "overlap" -> Option.when(churn.users > 0)(Ranking.rounded(churn.overlap / churn.users)),
        "products" -> obj("entered" -> inRuns(Now), "left" -> inRuns(Before), "stayed" -> inRuns(Before | Now))
      )
    }
    obj("any" -> node(ListKind.Any, users.any), "new" -> node(ListKind.New, users.newOnly))
  }

  /** The number of lists `any` that contain a product, before and now. */
  private final case class ExposureChange(product: String, name: Option[String], before: Long, now: Long)

  private def exposureChanges(recommendations: RDD[Listed], vertices: RDD[Vertex], shop: Shop): JsonNode = {
    val blocks = vertices.getNumPartitions
    val before = recommendations.filter(_.list == ListKind.Any.name).map(_.product -> 1L).reduceByKey(_ + _, blocks)
    val now = vertices.filter(!_.isUser).map(product => product.id -> (product.activity.inAny.toLong -> product.name))
    val changed = before
      .fullOuterJoin(now, blocks)
      .map { case (product, (earlier, current)) =>
        val (inLists, name) = current.getOrElse((0L, None))
        ExposureChange(product, name, before = earlier.getOrElse(0L), now = inLists)
      }
      .filter(change => change.before != change.now)
      .cache()
    def count(difference: ExposureChange => Long): Long = changed.filter(difference(_) > 0).count()
    def largest(difference: ExposureChange => Long): Array[ExposureChange] =
      changed.filter(difference(_) > 0).takeOrdered(KeptChanges)(Ordering.by(change => (-difference(change), change.product)))
    def more(change: ExposureChange): Long = change.now - change.before
    def fewer(change: ExposureChange): Long = change.before - change.now
    val (gained, lost) = (largest(more), largest(fewer))
    // Products that left the graph are still in the shop, which has their names. At most KeptChanges are collected.
    val gone = lost.filter(_.now == 0).map(_.product).toSet
    val names: Map[String, Option[String]] =
      if (gone.isEmpty) Map.empty
      else shop.products.filter(product => gone.contains(product.id)).map(product => product.id -> product.name).collect().toMap
    def nodes(changes: Array[ExposureChange]): JsonNode = arr(changes.map { change =>
      val name = change.name.orElse(names.get(change.product).flatten)
      named(change.product, name).put("before", change.before).put("now", change.now)
    })
    val counts = obj("gained" -> count(more), "lost" -> count(fewer))
    changed.unpersist(blocking = false)
    obj("gained" -> nodes(gained), "lost" -> nodes(lost), "products" -> counts)
  }

  // Flags, which are combined with `|`: a vertex that both runs have gets 3.
  private val Before = 1
  private val Now = 2

  /** Counts the vertices that only one of the two runs has. */
  private def vertexChanges(before: RDD[String], vertices: RDD[Vertex]): JsonNode = {
    // At most six counts: user or product, and before, now or both.
    val counts = (before.map(_ -> Before) ++ vertices.map(_.typedId -> Now))
      .reduceByKey(_ | _, vertices.getNumPartitions)
      .map { case (id, runs) => (id.startsWith("u:"), runs) }
      .countByValue()
    def onlyIn(run: Int): JsonNode =
      obj("users" -> counts.getOrElse((true, run), 0L), "products" -> counts.getOrElse((false, run), 0L))
    obj("new" -> onlyIn(Now), "gone" -> onlyIn(Before))
  }
}
