package cartograph.evaluation

import scala.util.control.NonFatal

import org.apache.hadoop.fs.Path
import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel
import org.apache.spark.util.SerializableConfiguration

import cartograph.lists.{ListKind, Lists, Ranked, RankingMeasures, Recommendation, RecommendationFiles}
import cartograph.platform.{Documents, Fields, Keys, Lake, Log}
import cartograph.sales.{EarlierRun, Shop, ShopRows, Tombstones}

/**
 * The run that is served while this one is trained.
 *
 * @param run   its number
 * @param lists by user; users and products have the numbers of the run that is trained, not of the served one
 */
final case class ServedRun(run: Int, lists: RDD[(Int, Lists)])

object ServedRun {

  /**
   * Reads the lists of the run that `current.json` names. The new lists are compared with them but do not learn from them, so that
   * the recommendations of a run do not depend on which run is served.
   *
   * @param window     window of the run that is trained
   * @param tombstones users whose lists are left out if they were forgotten since the served run; users with later sales are new
   * @return None if no run is served, or if its files cannot be read, which is logged
   */
  def read(
      sc: SparkContext,
      lake: Lake,
      shop: Shop,
      window: Int,
      tombstones: Tombstones = Tombstones.none
  ): Option[ServedRun] =
    try
      for {
        pointer <- lake.read(Keys.Current)
        run <- ServedRun.number(Keys.Current, pointer)
        // If this window is trained again, a later run may be served, which learned from the sales that are held out here.
        if run < window
        manifest <- lake.read(Keys.manifest(run))
      } yield {
        val earlier = EarlierRun.parse(Keys.manifest(run), manifest)
        val rows =
          tombstones.withoutForgotten(rowsOf(sc, lake, earlier.recommendations), earlier.tombstones)(row => Some(row.user))
        val lists = listsOf(rows, shop).persist(StorageLevel.MEMORY_AND_DISK_SER)
        // The files of a run may have been deleted: they are read here, where the failure is caught.
        lists.count()
        ServedRun(run, lists)
      }
    catch {
      case NonFatal(error) =>
        Log.warn(s"Cannot compare with the served run: ${error.getMessage}", Documents.obj("window" -> window))
        None
    }

  private def rowsOf(sc: SparkContext, lake: Lake, keys: Seq[String]): RDD[Recommendation] = {
    val configuration = sc.broadcast(new SerializableConfiguration(sc.hadoopConfiguration))
    val paths = keys.map(key => lake.path(key).toString)
    sc.parallelize(paths, math.max(1, paths.size))
      .flatMap(path => RecommendationFiles.read(new Path(path), configuration.value.value))
      .filter(_.rank <= RankingMeasures.Depth)
  }

  private def listsOf(rows: RDD[Recommendation], shop: Shop): RDD[(Int, Lists)] = {
    val numbered = ShopRows.byProduct(shop, rows.map(row => row.product -> row)).map { case (product, row) =>
      row.user -> ((row.list, row.rank, Ranked(product, row.score)))
    }
    ShopRows.byUser(shop, numbered).mapValues { rows =>
      def products(list: ListKind): Array[Ranked] =
        rows.collect { case (list.name, rank, ranked) => rank -> ranked }.toArray
          .sortBy { case (rank, _) => rank }
          .map { case (_, ranked) => ranked }
      Lists(products(ListKind.Any), products(ListKind.New))
    }
  }

  /**
   * Parses `current.json`.
   *
   * @return the run that is served; None if no run is
   * @throws IllegalArgumentException if the text is damaged; the message names the key
   */
  def number(key: String, text: String): Option[Int] =
    Some(new Fields(key, Documents.parse(key, text)).node("run")).filterNot(_.isNull).map { run =>
      require(run.isInt, s"Cannot read $key: run is $run, should be a number")
      run.asInt
    }
}
