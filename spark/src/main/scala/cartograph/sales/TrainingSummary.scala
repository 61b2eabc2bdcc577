package cartograph.sales

/**
 * The totals of a [[TrainingSet]].
 *
 * @param interactions distinct addresses without repeats by id
 * @param repeats      rows of batches that were dropped because another row has the same address
 * @param repeatsById  distinct addresses that were dropped because their sale repeats the id of another; see [[SaleIds]]
 * @param conflicts    addresses whose rows differ in content
 * @param uncompacted  distinct addresses that are in no compacted file of an earlier run
 * @param leftOut      distinct addresses that were left out because their users were forgotten; see [[Tombstones]]
 * @param sha256       [[SetHash]] of the interactions; independent of their order and of their distribution over batches
 * @param time         when the sales were made
 */
final case class TrainingSummary(
    interactions: Long,
    repeats: Long,
    repeatsById: Long,
    conflicts: Long,
    uncompacted: Long,
    leftOut: Long,
    sha256: String,
    time: SalesTime
)
