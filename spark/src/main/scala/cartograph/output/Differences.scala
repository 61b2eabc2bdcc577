package cartograph.output

import scala.util.control.NonFatal

import com.fasterxml.jackson.databind.JsonNode
import org.apache.hadoop.fs.Path
import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.apache.spark.util.SerializableConfiguration

import cartograph.graph.{Link, LinkKind, Vertex}
import cartograph.lists.Ranking
import cartograph.platform.Documents.{arr, named, obj}
import cartograph.platform.{Documents, Keys, Lake, Log, Parquets}
import cartograph.sales.{EarlierRun, Shop}

/** `diff.json`: what changed since the run before; see Diff in lambdas/shared/contract/summaries.ts. */
object Differences {
  /** Products that are kept of those in more lists than before, and of those in fewer; test/fixtures/limits.json holds both languages to it. */
  private[cartograph] val KeptChanges = 20
  private val Tenths = 11

  /** The newest earlier run, with the keys of its lists and its vertices. */
  final case class Earlier(run: Int, asOfMs: Long, recommendations: Seq[String], vertices: Seq[String])

  /** The newest run before `run` that has a manifest; one that is damaged is told and passed over. */
  def earlier(lake: Lake, run: Int): Option[Earlier] =
    (run - 1 to 1 by -1).iterator.flatMap(number => readManifest(lake, number, run)).nextOption()

  private def readManifest(lake: Lake, number: Int, run: Int): Option[Earlier] = {
    val key = Keys.manifest(number)
    try lake.read(key).map { text =>
        val node = Documents.parse(key, text)
        def keys(prefix: String): Seq[String] =
          EarlierRun.keysOf(key, text, name => name.startsWith(prefix) && name.endsWith(".parquet"))
        Earlier(number, node.path("asOfMs").asLong, keys("recommendations/"), keys("graph/vertices"))
      }
    catch {
      case damaged: IllegalArgumentException =>
        Log.warn(damaged.getMessage, obj("window" -> run))
        None
    }
  }

  /** Without an earlier run there are no changes, nor where its files cannot be read; why not is told then. */
  def document(sc: SparkContext, lake: Lake, run: Int, shop: Shop, links: RDD[Link], vertices: RDD[Vertex]): JsonNode = {
    val before = earlier(lake, run)
    val compared = before.map(compare(_, new Files(sc, lake.root), run, shop, links, vertices))
    obj(
      "run" -> run,
      "previous" -> before.map(earlier => obj("run" -> earlier.run, "asOfMs" -> earlier.asOfMs)),
      "changes" -> compared.flatMap(_.toOption),
      "reason" -> compared.flatMap(_.left.toOption)
    )
  }

  /** @return the changes, or why there are none, for a person who does not see the job's log */
  private def compare(
      earlier: Earlier,
      files: Files,
      run: Int,
      shop: Shop,
      links: RDD[Link],
      vertices: RDD[Vertex]
  ): Either[String, JsonNode] =
    if (earlier.recommendations.isEmpty || earlier.vertices.isEmpty)
      Left(s"the manifest of run ${earlier.run} names no lists or no vertices as Parquet")
    else
      try Right(changesSince(earlier, files, shop, links, vertices))
      catch {
        case NonFatal(cause) =>
          Log.warn(
            s"Cannot compare with run ${earlier.run}: ${Option(cause.getMessage).getOrElse(cause.toString).linesIterator.nextOption().getOrElse("")}",
            obj("window" -> run)
          )
          Left(s"the lists or vertices of run ${earlier.run} cannot be read; the job’s log says why")
      }

  private def changesSince(earlier: Earlier, files: Files, shop: Shop, links: RDD[Link], vertices: RDD[Vertex]): JsonNode = {
    val before = files.rows(earlier.recommendations, Seq("user", "product", "list"))
    val after =
      links.filter(_.kind != LinkKind.Bought).map(link => Seq(link.userId, link.product.id, LinkKind.listName(link.kind)))
    val users = UserChanges.of(before, after, vertices.getNumPartitions)
    obj(
      "edges" -> obj("added" -> users.added, "removed" -> users.removed, "kept" -> users.kept),
      "churn" -> obj("any" -> churnNode(users.any), "new" -> churnNode(users.fresh)),
      "exposure" -> exposure(before, vertices, shop),
      "vertices" -> vertexChanges(files.rows(earlier.vertices, Seq("id")).map(_.head), vertices)
    )
  }

  private def churnNode(churn: Churn): Option[JsonNode] = Option.when(churn.users > 0)(
    obj("users" -> churn.users, "mean" -> Ranking.rounded(churn.sum / churn.users), "shares" -> arr(churn.shares))
  )

  private final case class Exposure(product: String, name: Option[String], before: Long, now: Long)

  private def exposure(before: RDD[Seq[String]], vertices: RDD[Vertex], shop: Shop): JsonNode = {
    val blocks = vertices.getNumPartitions
    val earlier = before.filter(_(2) == "any").map(row => row(1) -> 1L).reduceByKey(_ + _, blocks)
    val now = vertices.filter(!_.isUser).map(product => product.id -> (product.activity.inAny.toLong -> product.name))
    val changed = earlier.fullOuterJoin(now, blocks).map { case (product, (earlier, current)) =>
      Exposure(product, current.flatMap(_._2), earlier.getOrElse(0L), current.fold(0L)(_._1))
    }.filter(change => change.before != change.now).cache()
    def most(by: Exposure => Long): Array[Exposure] =
      changed.filter(by(_) > 0).takeOrdered(KeptChanges)(Ordering.by(change => (-by(change), change.product)))
    val (gained, lost) = (most(change => change.now - change.before), most(change => change.before - change.now))
    // What is in the graph no more is still in the shop.
    val gone = lost.filter(_.now == 0).map(_.product).toSet
    val names = if (gone.isEmpty) Map.empty[String, Option[String]]
    else shop.products.filter(product => gone.contains(product.id)).map(product => product.id -> product.name).collect().toMap
    def nodes(changes: Array[Exposure]): JsonNode = arr(changes.map { change =>
      named(
        change.product,
        change.name.orElse(names.get(change.product).flatten)
      ).put("before", change.before).put("now", change.now)
    })
    obj("gained" -> nodes(gained), "lost" -> nodes(lost))
  }

  /** Typed ids say what a vertex is. */
  private def vertexChanges(before: RDD[String], vertices: RDD[Vertex]): JsonNode = {
    val counts = (before.map(_ -> 1) ++ vertices.map(_.typedId -> 2))
      .reduceByKey(_ | _, vertices.getNumPartitions)
      .map { case (id, where) => (id.startsWith("u:"), where) }
      .countByValue()
    def of(where: Int): JsonNode =
      obj("users" -> counts.getOrElse((true, where), 0L), "products" -> counts.getOrElse((false, where), 0L))
    obj("new" -> of(2), "gone" -> of(1))
  }

  /** Reads columns of text of another run's files, a file per task. */
  private final class Files(sc: SparkContext, root: String) {
    private val configuration = new SerializableConfiguration(sc.hadoopConfiguration)

    def rows(keys: Seq[String], columns: Seq[String]): RDD[Seq[String]] = {
      val (lake, settings) = (root, configuration)
      sc.parallelize(keys, math.max(1, keys.size)).flatMap(key =>
        Parquets.readTexts(new Path(s"$lake/$key"), settings.value, columns)
      )
    }
  }

  /**
   * Shares of users' lists that were not in their lists before.
   *
   * @param sum    of the shares
   * @param shares users by tenths: 0, then up to 0.1, …, up to 1
   */
  final case class Churn(users: Long, sum: Double, shares: Array[Long]) {
    def +(other: Churn): Churn =
      Churn(users + other.users, sum + other.sum, shares.zip(other.shares).map { case (a, b) => a + b })
  }

  object Churn {
    def none: Churn = Churn(0, 0, new Array[Long](Tenths))

    /** Of one user; nothing where there was no list, or is none. */
    def of(before: Set[String], now: Set[String]): Churn =
      if (before.isEmpty || now.isEmpty) none
      else {
        val fresh = now.count(!before.contains(_))
        val tenths = none.shares
        tenths((fresh * 10 + now.size - 1) / now.size) = 1
        Churn(1, fresh.toDouble / now.size, tenths)
      }
  }

  /** Added up over users: edges of both lists, and the churn of each. */
  final case class UserChanges(added: Long, removed: Long, kept: Long, any: Churn, fresh: Churn) {
    def +(other: UserChanges): UserChanges =
      UserChanges(added + other.added, removed + other.removed, kept + other.kept, any + other.any, fresh + other.fresh)
  }

  object UserChanges {
    def none: UserChanges = UserChanges(0, 0, 0, Churn.none, Churn.none)

    /** @param before user, product and list, as `now` */
    def of(before: RDD[Seq[String]], now: RDD[Seq[String]], blocks: Int): UserChanges = {
      def byUser(rows: RDD[Seq[String]]) = rows.map(row => row.head -> row.tail)
      byUser(before).cogroup(byUser(now), blocks)
        .mapPartitionsWithIndex { (part, users) =>
          Iterator.single(part -> users.map { case (_, (before, now)) => ofUser(before.toSeq, now.toSeq) }.foldLeft(none)(_ + _))
        }
        .collect().sortBy(_._1).map(_._2).foldLeft(none)(_ + _)
    }

    private[cartograph] def ofUser(before: Seq[Seq[String]], now: Seq[Seq[String]]): UserChanges = {
      val (old, young) = (before.toSet, now.toSet)
      def list(rows: Seq[Seq[String]], name: String): Set[String] = rows.collect { case Seq(product, `name`) => product }.toSet
      UserChanges(
        young.diff(old).size.toLong,
        old.diff(young).size.toLong,
        young.intersect(old).size.toLong,
        Churn.of(list(before, "any"), list(now, "any")),
        Churn.of(list(before, "new"), list(now, "new"))
      )
    }
  }
}
