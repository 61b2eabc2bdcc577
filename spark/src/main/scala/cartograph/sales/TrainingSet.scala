package cartograph.sales

import java.util.Arrays

import org.apache.spark.{HashPartitioner, SparkContext}
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel
import org.apache.spark.util.SerializableConfiguration

import cartograph.platform.Lake

/** The distinct interactions of windows 1..N. */
final class TrainingSet(
    /** One per address and sale, without repeats by id (see [[SaleIds]]), sorted by address within each partition. Those after "now" are made at "now"; see [[SalesTime]]. */
    val interactions: RDD[Interaction],
    /**
     * One per address that is in no compacted file of an earlier run, in the same order, with the times that they came with.
     * Repeats by id are among them: which sale repeats another may change with the next window, and a run depends on its inputs
     * alone.
     */
    val uncompacted: RDD[Interaction],
    val summary: TrainingSummary
)

object TrainingSet {

  /**
   * All rows of one address, merged.
   *
   * @param kept          the row to train on
   * @param isUncompacted true if no compacted file has the address
   * @param isNewest      true if only batches of the last window have the address
   * @param rawRows       number of rows in batches. Rows in compacted files do not count as repeats: those files may overlap if a
   *                      window was trained after a later one
   * @param isConflict    true if the rows differ
   * @param isRepeatById  true if the sale repeats the id of another address
   */
  private final case class Copies(
      kept: Interaction,
      isUncompacted: Boolean,
      isNewest: Boolean,
      rawRows: Long,
      isConflict: Boolean,
      isRepeatById: Boolean = false
  )

  /** The kind of file that a row is from. */
  private final case class Origin(isUncompacted: Boolean, isNewest: Boolean)
  private val Compacted = Origin(isUncompacted = false, isNewest = false)
  private val EarlierBatch = Origin(isUncompacted = true, isNewest = false)
  private val LastBatch = Origin(isUncompacted = true, isNewest = true)

  /**
   * Reads the interactions of all windows and keeps one row per address, and of sales with the same id one.
   *
   * @param blocks number of partitions of the result
   * @throws IllegalArgumentException if a file is missing or damaged; the message names it
   */
  def read(sc: SparkContext, lake: Lake, keys: InteractionKeys, blocks: Int): TrainingSet = {
    // A batch that an earlier window names too counts as one of the last window.
    val (newest, older) = (keys.batches ++ keys.lastBatches).partition(keys.lastBatches.toSet)
    val rows = readAll(sc, lake, keys.compacted, Compacted, blocks) ++
      readAll(sc, lake, older, EarlierBatch, blocks) ++
      readAll(sc, lake, newest, LastBatch, blocks)
    val byAddress = rows
      .map { case (Origin(isUncompacted, isNewest), interaction) =>
        interaction.address -> Copies(
          kept = interaction,
          isUncompacted = isUncompacted,
          isNewest = isNewest,
          rawRows = if (isUncompacted) 1 else 0,
          isConflict = false
        )
      }
      .repartitionAndSortWithinPartitions(new HashPartitioner(blocks))
      .mapPartitions(mergeRepeats)
      .setName("distinct interactions")
      .persist(StorageLevel.MEMORY_AND_DISK)
    val distinct = markRepeatsById(byAddress, blocks)
    val summary = summarize(distinct)
    val kept = distinct.filter(!_.isRepeatById).map(_.kept)
    // The only place where times are changed: features, splits, lists and counts all start from these interactions.
    val counted = summary.time.afterNow.fold(kept)(_ => kept.map(summary.time.counted))
    new TrainingSet(counted, distinct.filter(_.isUncompacted).map(_.kept), summary)
  }

  private def readAll(
      sc: SparkContext,
      lake: Lake,
      keys: Seq[String],
      origin: Origin,
      blocks: Int
  ): RDD[(Origin, Interaction)] = {
    if (keys.isEmpty) sc.emptyRDD
    else {
      val configuration = sc.broadcast(new SerializableConfiguration(sc.hadoopConfiguration))
      val paths = keys.map(key => lake.path(key).toString)
      sc.parallelize(paths, math.min(paths.size, math.max(blocks, paths.size / 16))).flatMap { path =>
        InteractionFiles.read(new org.apache.hadoop.fs.Path(path), configuration.value.value).map(origin -> _)
      }
    }
  }

  /** Merges the rows of each address. They follow each other, because the rows are sorted by address. */
  private def mergeRepeats(rows: Iterator[(Address, Copies)]): Iterator[Copies] = {
    val ahead = rows.buffered
    new Iterator[Copies] {
      def hasNext: Boolean = ahead.hasNext
      def next(): Copies = {
        val (address, first) = ahead.next()
        @scala.annotation.tailrec
        def merged(copies: Copies): Copies =
          if (ahead.hasNext && ahead.head._1 == address) merged(merge(copies, ahead.next()._2)) else copies
        merged(first)
      }
    }
  }

  /** Does nothing, apart from counting, if no sale has an id. */
  private def markRepeatsById(byAddress: RDD[Copies], blocks: Int): RDD[Copies] =
    if (byAddress.filter(_.kept.saleId.nonEmpty).count() == 0) byAddress
    else {
      val repeats = SaleIds.repeats(byAddress.map(_.kept), blocks)
      // Both sides have the partitions of the same HashPartitioner of addresses.
      val marked = byAddress.zipPartitions(repeats) { (rows, addresses) =>
        val isRepeat = addresses.toSet
        rows.map(copies => if (isRepeat(copies.kept.address)) copies.copy(isRepeatById = true) else copies)
      }.setName("distinct interactions").persist(StorageLevel.MEMORY_AND_DISK)
      marked.count()
      byAddress.unpersist(blocking = false)
      marked
    }

  /** Keeps a row from a compacted file if there is one; otherwise the row whose bytes sort first, in any order of rows. */
  private def merge(a: Copies, b: Copies): Copies = {
    val isSame = a.kept == b.kept
    // A batch that was stored before ids were, and a replay of its records since.
    val isSameButId = a.kept.saleId.isEmpty != b.kept.saleId.isEmpty &&
      a.kept.copy(saleId = None) == b.kept.copy(saleId = None)
    val keepA =
      if (isSame) true
      else if (a.isUncompacted != b.isUncompacted) !a.isUncompacted
      else Arrays.compareUnsigned(a.kept.canonical, b.kept.canonical) <= 0
    Copies(
      kept = if (keepA) a.kept else b.kept,
      isUncompacted = a.isUncompacted && b.isUncompacted,
      isNewest = a.isNewest && b.isNewest,
      rawRows = a.rawRows + b.rawRows,
      isConflict = a.isConflict || b.isConflict || (!isSame && !isSameButId)
    )
  }

  private final case class Sums(
      hash: SetHash,
      rawRows: Long,
      conflicts: Long,
      uncompacted: Long,
      repeatsById: Long,
      moments: SaleMoments
  ) {
    def +(other: Sums): Sums = Sums(
      hash = hash + other.hash,
      rawRows = rawRows + other.rawRows,
      conflicts = conflicts + other.conflicts,
      uncompacted = uncompacted + other.uncompacted,
      repeatsById = repeatsById + other.repeatsById,
      moments = moments + other.moments
    )
  }

  private val NoSums =
    Sums(SetHash.Empty, rawRows = 0, conflicts = 0, uncompacted = 0, repeatsById = 0, moments = SaleMoments.Empty)

  private def summarize(distinct: RDD[Copies]): TrainingSummary = {
    val sums = distinct.mapPartitions(partition => Iterator.single(sumsOf(partition))).fold(NoSums)(_ + _)
    TrainingSummary(
      interactions = sums.hash.members,
      repeats = sums.rawRows - sums.uncompacted,
      repeatsById = sums.repeatsById,
      conflicts = sums.conflicts,
      uncompacted = sums.uncompacted,
      sha256 = sums.hash.hex,
      time = SalesTime.of(sums.moments)
    )
  }

  private def sumsOf(partition: Iterator[Copies]): Sums = {
    val moments = new SaleMoments.Counter
    val sums = partition.foldLeft(NoSums) { (sums, copies) =>
      if (!copies.isRepeatById) moments.add(momentOf(copies))
      sums.copy(
        hash = if (copies.isRepeatById) sums.hash else sums.hash + SetHash.ofMember(copies.kept.canonical),
        rawRows = sums.rawRows + copies.rawRows,
        conflicts = sums.conflicts + (if (copies.isConflict) 1 else 0),
        uncompacted = sums.uncompacted + (if (copies.isUncompacted) 1 else 0),
        repeatsById = sums.repeatsById + (if (copies.isRepeatById) 1 else 0)
      )
    }
    sums.copy(moments = moments.result)
  }

  private def momentOf(copies: Copies): SaleMoment = {
    val atMs = copies.kept.atMs
    SaleMoment(
      oldestMs = atMs,
      newestMs = atMs,
      sales = 1,
      added = if (copies.isNewest) 1 else 0,
      // Limited by the record's time: otherwise one device whose clock is ahead would make all later sales look old.
      knownUntilMs = if (copies.isNewest) Long.MinValue else math.min(atMs, copies.kept.address.kafkaMs)
    )
  }
}
