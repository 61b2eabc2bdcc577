package cartograph

/** The keys that the job builds; all others stand in windows and manifests. */
object Keys {
  private def number(value: Int): String = f"$value%08d"
  def window(window: Int): String = s"windows/${number(window)}.json"
  def manifest(run: Int): String = s"manifests/${number(run)}.json"
  def run(run: Int, attempt: Int): String = s"runs/${number(run)}/${number(attempt)}/"
}

/**
 * What a run reads.
 *
 * @param windows   1..N
 * @param raw       keys of the batches of windows that have no manifest
 * @param compacted keys of the compacted parts of the others, so that small objects are read once
 */
final case class Inputs(windows: Seq[Window], raw: Seq[String], compacted: Seq[String]) {
  def last: Window = windows.last
}

object Inputs {

  /**
   * An earlier manifest that is damaged is told as an error, and the batches of its window are read instead. An earlier
   * window that is damaged is told and left out: threshold has cut its batches again, into a later one.
   *
   * @throws IllegalArgumentException if the last window is missing or damaged, or an earlier one is missing; the message names it
   */
  def read(lake: Lake, last: Int): Inputs = {
    val earlier = (1 until last).flatMap(number => orTold(number)(window(lake, number)))
    val windows = earlier :+ window(lake, last)
    // The manifest of the last window itself belongs to another attempt; its files may not be mixed with this one's.
    val parts = earlier.map { window =>
      orTold(window.number)(compactedParts(lake, window.number)).flatten.toRight(window.batches)
    } :+ Left(windows.last.batches)
    Inputs(windows, parts.flatMap(_.left.getOrElse(Nil)), parts.flatMap(_.getOrElse(Nil)))
  }

  private def window(lake: Lake, number: Int): Window = {
    val key = Keys.window(number)
    Documents.window(key, lake.read(key).getOrElse(throw new NoSuchElementException(s"Cannot read $key: there is no such object")))
  }

  /** None before the window has a run. */
  private def compactedParts(lake: Lake, number: Int): Option[Seq[String]] = {
    val key = Keys.manifest(number)
    lake.read(key).map(Documents.compactedParts(key, _))
  }

  private def orTold[Read](window: Int)(read: => Read): Option[Read] =
    try Some(read)
    catch {
      case damaged: IllegalArgumentException =>
        Steps.tell("error", damaged.getMessage, Documents.obj("window" -> window))
        None
    }
}
