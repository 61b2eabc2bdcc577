package cartograph.sales

import org.apache.spark.{HashPartitioner, SparkContext}
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel
import org.apache.spark.util.SerializableConfiguration

import cartograph.platform.Lake

/** The distinct interactions of windows 1..N. */
final class TrainingSet(
    /**
     * One per address and sale, without repeats by id (see [[SaleIds]]) and users who were forgotten, sorted by address within each
     * partition. Those after "now" are made at "now"; see [[SalesTime]].
     */
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
   * Reads the interactions of all windows and keeps one row per address, and of sales with the same id one.
   *
   * @param tombstones users whose sales are left out of everything, as if no file had them
   * @param blocks     number of partitions of the result
   * @throws IllegalArgumentException if a file is missing or damaged; the message names it
   */
  def read(
      sc: SparkContext,
      lake: Lake,
      keys: InteractionKeys,
      blocks: Int,
      tombstones: Tombstones = Tombstones.none
  ): TrainingSet = {
    // A batch that an earlier window names too counts as one of the last window.
    val (newest, older) = (keys.batches ++ keys.lastBatches).partition(keys.lastBatches.toSet)
    val rows = readAll(sc, lake, keys.compacted, Origin.Compacted, blocks) ++
      readAll(sc, lake, older, Origin.EarlierBatch, blocks) ++
      readAll(sc, lake, newest, Origin.LastBatch, blocks)
    val byAddress = rows
      .mapPartitions { part =>
        val isLeftOut = tombstones.leavesOut()
        part.map { case (origin, interaction) =>
          interaction.address -> (
            if (isLeftOut(interaction)) Copies.leftOut(interaction.address) else Copies.of(interaction, origin)
          )
        }
      }
      .repartitionAndSortWithinPartitions(new HashPartitioner(blocks))
      .mapPartitions(mergeRepeats)
      .setName("distinct interactions")
      .persist(StorageLevel.MEMORY_AND_DISK)
    val distinct = markRepeatsById(byAddress, blocks)
    val summary = summarize(distinct)
    val known = distinct.filter(!_.isLeftOut)
    val kept = known.filter(!_.isRepeatById).map(_.kept)
    // The only place where times are changed: features, splits, lists and counts all start from these interactions.
    val counted = summary.time.afterNow.fold(kept)(_ => kept.map(summary.time.counted))
    new TrainingSet(counted, known.filter(_.isUncompacted).map(_.kept), summary)
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
          if (ahead.hasNext && ahead.head._1 == address) merged(copies.merged(ahead.next()._2)) else copies
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

  private final case class Sums(
      hash: SetHash,
      rawRows: Long,
      conflicts: Long,
      uncompacted: Long,
      leftOut: Long,
      repeatsById: Long,
      moments: SaleMoments
  ) {
    def +(other: Sums): Sums = Sums(
      hash = hash + other.hash,
      rawRows = rawRows + other.rawRows,
      conflicts = conflicts + other.conflicts,
      uncompacted = uncompacted + other.uncompacted,
      leftOut = leftOut + other.leftOut,
      repeatsById = repeatsById + other.repeatsById,
      moments = moments + other.moments
    )
  }

  private val NoSums =
    Sums(SetHash.Empty, rawRows = 0, conflicts = 0, uncompacted = 0, leftOut = 0, repeatsById = 0, moments = SaleMoments.Empty)

  private def summarize(distinct: RDD[Copies]): TrainingSummary = {
    val sums = distinct.mapPartitions(partition => Iterator.single(sumsOf(partition))).fold(NoSums)(_ + _)
    TrainingSummary(
      interactions = sums.hash.members,
      repeats = sums.rawRows - sums.uncompacted,
      repeatsById = sums.repeatsById,
      conflicts = sums.conflicts,
      uncompacted = sums.uncompacted,
      leftOut = sums.leftOut,
      sha256 = sums.hash.hex,
      time = SalesTime.of(sums.moments)
    )
  }

  private def sumsOf(partition: Iterator[Copies]): Sums = {
    val moments = new SaleMoments.Counter
    val sums = partition.foldLeft(NoSums) { (sums, copies) =>
      if (copies.isLeftOut) sums.copy(leftOut = sums.leftOut + 1)
      else {
        if (!copies.isRepeatById) moments.add(momentOf(copies))
        sums.copy(
          hash = if (copies.isRepeatById) sums.hash else sums.hash + SetHash.ofMember(copies.kept.canonical),
          rawRows = sums.rawRows + copies.rawRows,
          conflicts = sums.conflicts + (if (copies.isConflict) 1 else 0),
          uncompacted = sums.uncompacted + (if (copies.isUncompacted) 1 else 0),
          repeatsById = sums.repeatsById + (if (copies.isRepeatById) 1 else 0)
        )
      }
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
