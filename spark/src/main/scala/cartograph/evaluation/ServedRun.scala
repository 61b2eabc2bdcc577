package cartograph.evaluation

import scala.util.control.NonFatal

import org.apache.hadoop.fs.Path
import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel
import org.apache.spark.util.SerializableConfiguration

import cartograph.lists.{ListKind, Lists, Ranked, RankingMeasures, RecommendationFiles}
import cartograph.platform.{Documents, Fields, Keys, Lake, Log}
import cartograph.sales.{EarlierRun, Shop}

/** The run that is served while this one is trained, by the numbers of this one's users and products. */
final case class ServedRun(run: Int, lists: RDD[(Int, Lists)])

object ServedRun {

  /**
   * Reads the lists of the run that `current.json` names. They are compared with, never learned from: what a run recommends
   * does not depend on what is served.
   *
   * @return None if no run is served, or its files cannot be read, which is told
   */
  def read(sc: SparkContext, lake: Lake, shop: Shop, window: Int): Option[ServedRun] =
    try
      for {
        pointer <- lake.read(Keys.Current)
        run <- ServedRun.number(Keys.Current, pointer)
        // A window that is trained again, later: what is served may have learned from what is held out here.
        if run < window
        manifest <- lake.read(Keys.manifest(run))
      } yield {
        val lists = listsOf(sc, lake, shop, EarlierRun.parse(Keys.manifest(run), manifest).recommendations)
          .persist(StorageLevel.MEMORY_AND_DISK_SER)
        // Now, for here it can be caught: the files of a run may have been deleted.
        lists.count()
        ServedRun(run, lists)
      }
    catch {
      case NonFatal(error) =>
        Log.warn(s"Nothing is compared with the served run: ${error.getMessage}", Documents.obj("window" -> window))
        None
    }

  private def listsOf(sc: SparkContext, lake: Lake, shop: Shop, keys: Seq[String]): RDD[(Int, Lists)] = {
    val configuration = sc.broadcast(new SerializableConfiguration(sc.hadoopConfiguration))
    val paths = keys.map(key => lake.path(key).toString)
    val blocks = shop.byUser.numPartitions
    sc.parallelize(paths, math.max(1, paths.size))
      .flatMap(path => RecommendationFiles.read(new Path(path), configuration.value.value))
      .filter(_.rank <= RankingMeasures.Depth)
      .map(row => row.product -> row)
      .join(shop.products.map(product => product.id -> product.number), blocks)
      .map { case (_, (row, product)) => row.user -> ((row.list, row.rank, Ranked(product, row.score))) }
      .join(shop.users.map(_.swap), blocks)
      .map { case (_, (row, user)) => user -> row }
      .groupByKey(shop.byUser)
      .mapValues { rows =>
        def of(list: ListKind): Array[Ranked] = rows.filter(_._1 == list.name).toArray.sortBy(_._2).map(_._3)
        Lists(of(ListKind.Any), of(ListKind.New))
      }
  }

  /** The run that `current.json` names; None where none is served. */
  def number(key: String, text: String): Option[Int] =
    Some(new Fields(key, Documents.parse(key, text)).node("run")).filterNot(_.isNull).map { run =>
      require(run.isInt, s"Cannot read $key: run is $run, should be a number")
      run.asInt
    }
}
