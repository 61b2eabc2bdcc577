package cartograph.output

import org.apache.hadoop.fs.Path
import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.apache.spark.util.SerializableConfiguration

import cartograph.platform.Documents.obj
import cartograph.platform.{Documents, Keys, Lake, Log, Parquets}
import cartograph.sales.EarlierRun

/**
 * The files of an earlier run with which [[Differences]] compares.
 *
 * @param run             number of the earlier run
 * @param asOfMs          its newest sale, epoch ms
 * @param recommendations keys of its Parquet files of recommendations
 * @param vertices        keys of its Parquet files of vertices
 * @param tombstones      number of the newest erasure whose users it left out; 0 if it left out none
 */
final case class EarlierFiles(
    run: Int,
    asOfMs: Long,
    recommendations: Seq[String],
    vertices: Seq[String],
    tombstones: Int
)

object EarlierFiles {

  /** Finds the newest run before `run` that has a manifest. Manifests that are damaged are logged and skipped. */
  def newestBefore(lake: Lake, run: Int): Option[EarlierFiles] =
    (run - 1 to 1 by -1).iterator.flatMap(earlier => fromManifest(lake, earlier, run)).nextOption()

  private def fromManifest(lake: Lake, earlier: Int, run: Int): Option[EarlierFiles] = {
    val key = Keys.manifest(earlier)
    try lake.read(key).map(parse(earlier, key, _))
    catch {
      case damaged: IllegalArgumentException =>
        Log.warn(damaged.getMessage, obj("window" -> run))
        None
    }
  }

  private def parse(run: Int, key: String, text: String): EarlierFiles = {
    def keys(prefix: String): Seq[String] =
      EarlierRun.keysOf(key, text, name => name.startsWith(prefix) && name.endsWith(".parquet"))
    EarlierFiles(
      run = run,
      asOfMs = Documents.parse(key, text).path("asOfMs").asLong,
      recommendations = keys("recommendations/"),
      vertices = keys("graph/vertices"),
      tombstones = EarlierRun.tombstonesOf(key, text)
    )
  }

  /** Reads text columns of Parquet files, one file per task; each row has its values in the order of `columns`. */
  def rows(sc: SparkContext, root: String, keys: Seq[String], columns: Seq[String]): RDD[Seq[String]] = {
    val configuration = new SerializableConfiguration(sc.hadoopConfiguration)
    sc.parallelize(keys, math.max(1, keys.size))
      .flatMap(key => Parquets.readTexts(new Path(s"$root/$key"), configuration.value, columns))
  }
}
