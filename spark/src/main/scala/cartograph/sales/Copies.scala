package cartograph.sales

import java.util.Arrays

/**
 * The kind of file that a row is from.
 *
 * @param isUncompacted true if it is a batch, and not a compacted file of an earlier run
 * @param isNewest      true if it is a batch of the last window
 */
private[sales] final case class Origin(isUncompacted: Boolean, isNewest: Boolean)

private[sales] object Origin {
  val Compacted: Origin = Origin(isUncompacted = false, isNewest = false)
  val EarlierBatch: Origin = Origin(isUncompacted = true, isNewest = false)
  val LastBatch: Origin = Origin(isUncompacted = true, isNewest = true)
}

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
 * @param isLeftOut     true if all rows are sales of users who were forgotten. Such rows count as nothing else
 */
private[sales] final case class Copies(
    kept: Interaction,
    isUncompacted: Boolean,
    isNewest: Boolean,
    rawRows: Long,
    isConflict: Boolean,
    isRepeatById: Boolean = false,
    isLeftOut: Boolean = false
) {

  /**
   * Merges rows of the same address. Keeps a row from a compacted file if there is one; otherwise the row whose bytes sort first,
   * in any order of rows. A row that is left out does not count beside one that is not.
   */
  def merged(other: Copies): Copies =
    if (other.isLeftOut) this
    else if (isLeftOut) other
    else mergedWith(other)

  private def mergedWith(other: Copies): Copies = {
    val isSame = kept == other.kept
    // A batch that was stored before ids were, and a replay of its records since.
    val isSameButId = kept.saleId.isEmpty != other.kept.saleId.isEmpty &&
      kept.copy(saleId = None) == other.kept.copy(saleId = None)
    val keepsThis =
      if (isSame) true
      else if (isUncompacted != other.isUncompacted) !isUncompacted
      else Arrays.compareUnsigned(kept.canonical, other.kept.canonical) <= 0
    Copies(
      kept = if (keepsThis) kept else other.kept,
      isUncompacted = isUncompacted && other.isUncompacted,
      isNewest = isNewest && other.isNewest,
      rawRows = rawRows + other.rawRows,
      isConflict = isConflict || other.isConflict || (!isSame && !isSameButId)
    )
  }
}

private[sales] object Copies {

  /** One row. */
  def of(interaction: Interaction, origin: Origin): Copies = Copies(
    kept = interaction,
    isUncompacted = origin.isUncompacted,
    isNewest = origin.isNewest,
    rawRows = if (origin.isUncompacted) 1 else 0,
    isConflict = false
  )

  /** A row that is left out. Nothing of the sale but its address is kept. */
  def leftOut(address: Address): Copies = Copies(
    kept = Interaction(address, user = "", product = "", quantity = 0, atMs = 0, kind = "", None, None, None),
    isUncompacted = false,
    isNewest = false,
    rawRows = 0,
    isConflict = false,
    isLeftOut = true
  )
}
