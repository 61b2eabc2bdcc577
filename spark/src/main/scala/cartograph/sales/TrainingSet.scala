package cartograph.sales

import java.nio.ByteBuffer
import java.util.Arrays

import org.apache.spark.{HashPartitioner, SparkContext}
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel
import org.apache.spark.util.SerializableConfiguration

import cartograph.platform.{Hashes, Lake}

/** The distinct interactions of windows 1..N. */
final class TrainingSet(
    /** One per address, in the order of addresses within each partition. */
    val interactions: RDD[Interaction],
    /** Those that no earlier manifest holds. */
    val fresh: RDD[Interaction],
    val summary: TrainingSummary
)

/**
 * @param interactions distinct addresses
 * @param repeats      rows of raw batches dropped because their address occurred before
 * @param conflicts    addresses that came with different content
 * @param fresh        distinct addresses that no earlier manifest holds
 * @param sha256       of the set, hexadecimal; independent of order and of how the rows were batched
 * @param newestMs     the newest sale, epoch ms; 0 without sales
 * @param knownUntilMs the newest sale of an earlier window, none being newer than its record; None if there is none
 */
final case class TrainingSummary(
    interactions: Long,
    repeats: Long,
    conflicts: Long,
    fresh: Long,
    sha256: String,
    oldestMs: Long,
    newestMs: Long,
    knownUntilMs: Option[Long]
)

object TrainingSet {

  /**
   * What is known of one address: the row to keep, in how many rows of raw batches it came, and whether its copies differ.
   * Compacted parts may overlap where a window was trained after a later one; that is not counted.
   */
  private final case class Copies(kept: Interaction, isFresh: Boolean, isNew: Boolean, rawRows: Long, isConflict: Boolean)

  /** Whether an earlier manifest holds a row already, and whether the last window brought it. */
  private final case class Origin(isFresh: Boolean, isNew: Boolean)

  /**
   * Reads the windows' batches and drops repeats by address.
   *
   * @param raw       keys of batches of windows without a manifest
   * @param compacted keys of the compacted parts of the other windows
   * @param last      keys of the batches of the last window
   * @param blocks    partitions of the result
   * @throws IllegalArgumentException if an object is missing or damaged; the message names it
   */
  def read(
      sc: SparkContext,
      lake: Lake,
      raw: Seq[String],
      compacted: Seq[String],
      last: Seq[String],
      blocks: Int
  ): TrainingSet = {
    val (newest, older) = raw.partition(last.toSet)
    val rows = readAll(sc, lake, compacted, Origin(isFresh = false, isNew = false), blocks) ++
      readAll(sc, lake, older, Origin(isFresh = true, isNew = false), blocks) ++
      readAll(sc, lake, newest, Origin(isFresh = true, isNew = true), blocks)
    val distinct = rows
      .map { case (Origin(isFresh, isNew), interaction) =>
        interaction.address -> Copies(interaction, isFresh, isNew, if (isFresh) 1 else 0, isConflict = false)
      }
      .repartitionAndSortWithinPartitions(new HashPartitioner(blocks))
      .mapPartitions(mergeRepeats)
      .setName("distinct interactions")
      .persist(StorageLevel.MEMORY_AND_DISK)
    new TrainingSet(distinct.map(_.kept), distinct.filter(_.isFresh).map(_.kept), summarize(distinct))
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

  /** Repeats lie side by side, for the rows are sorted by address. */
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

  /** A row that was trained on before stays; among equals the one whose bytes sort first, whatever came first. */
  private def merge(a: Copies, b: Copies): Copies = {
    val isSame = a.kept == b.kept
    val keepA =
      if (isSame) true
      else if (a.isFresh != b.isFresh) !a.isFresh
      else Arrays.compareUnsigned(a.kept.canonical, b.kept.canonical) <= 0
    Copies(
      kept = if (keepA) a.kept else b.kept,
      isFresh = a.isFresh && b.isFresh,
      isNew = a.isNew && b.isNew,
      rawRows = a.rawRows + b.rawRows,
      isConflict = a.isConflict || b.isConflict || !isSame
    )
  }

  private final case class Sums(
      distinct: Long,
      rows: Long,
      conflicts: Long,
      fresh: Long,
      lanes: Seq[Long],
      oldestMs: Long,
      newestMs: Long,
      knownUntilMs: Long
  ) {
    def +(other: Sums): Sums = Sums(
      distinct + other.distinct,
      rows + other.rows,
      conflicts + other.conflicts,
      fresh + other.fresh,
      lanes.zip(other.lanes).map { case (a, b) => a + b },
      math.min(oldestMs, other.oldestMs),
      math.max(newestMs, other.newestMs),
      math.max(knownUntilMs, other.knownUntilMs)
    )
  }

  private val NoSums = Sums(0, 0, 0, 0, Seq(0L, 0L, 0L, 0L), Long.MaxValue, Long.MinValue, Long.MinValue)

  /**
   * The hash of a set is the SHA-256 of its size and of the sum of its members' SHA-256, lane by lane of 64 bits:
   * sums do not depend on order (M. Bellare, D. Micciancio: A New Paradigm for Collision-Free Hashing, 1997).
   */
  private def summarize(distinct: RDD[Copies]): TrainingSummary = {
    val sums = distinct.mapPartitions { partition =>
      Iterator.single(partition.foldLeft(NoSums)((sums, copies) => sums + ofOne(copies)))
    }.fold(NoSums)(_ + _)
    val bytes = ByteBuffer.allocate(40).putLong(sums.distinct)
    sums.lanes.foreach(bytes.putLong)
    TrainingSummary(
      interactions = sums.distinct,
      repeats = sums.rows - sums.fresh,
      conflicts = sums.conflicts,
      fresh = sums.fresh,
      sha256 = Hashes.hex(Hashes.sha256(bytes.array)),
      oldestMs = if (sums.distinct == 0) 0 else sums.oldestMs,
      newestMs = if (sums.distinct == 0) 0 else sums.newestMs,
      knownUntilMs = Some(sums.knownUntilMs).filter(_ != Long.MinValue)
    )
  }

  private def ofOne(copies: Copies): Sums = {
    val hash = ByteBuffer.wrap(Hashes.sha256(copies.kept.canonical))
    val atMs = copies.kept.atMs
    Sums(
      distinct = 1,
      rows = copies.rawRows,
      conflicts = if (copies.isConflict) 1 else 0,
      fresh = if (copies.isFresh) 1 else 0,
      lanes = Seq.fill(4)(hash.getLong()),
      oldestMs = atMs,
      newestMs = atMs,
      // A clock that is ahead, on one device, would else leave nothing newer.
      knownUntilMs = if (copies.isNew) Long.MinValue else math.min(atMs, copies.kept.address.kafkaMs)
    )
  }
}
