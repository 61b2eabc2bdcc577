package cartograph.sales

/**
 * The totals of a [[TrainingSet]].
 *
 * @param interactions distinct addresses
 * @param repeats      rows of batches that were dropped because another row has the same address
 * @param conflicts    addresses whose rows differ in content
 * @param uncompacted  distinct addresses that are in no compacted file of an earlier run
 * @param sha256       [[SetHash]] of the interactions; independent of their order and of their distribution over batches
 * @param oldestMs     time of the oldest sale, epoch ms; 0 without sales
 * @param newestMs     time of the newest sale, epoch ms; 0 without sales
 * @param knownUntilMs time of the newest sale before the last window, epoch ms, where a sale counts as no newer than its Kafka
 *                     record; None without such sales
 */
final case class TrainingSummary(
    interactions: Long,
    repeats: Long,
    conflicts: Long,
    uncompacted: Long,
    sha256: String,
    oldestMs: Long,
    newestMs: Long,
    knownUntilMs: Option[Long]
)
