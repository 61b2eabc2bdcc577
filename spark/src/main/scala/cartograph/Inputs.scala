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

  /** @throws IllegalArgumentException if a window is missing or damaged; the message names it */
  def read(lake: Lake, last: Int): Inputs = {
    val windows = (1 to last).map { number =>
      val key = Keys.window(number)
      val text = lake.read(key).getOrElse(throw new IllegalArgumentException(s"Cannot read $key: there is no such object"))
      Documents.window(key, text)
    }
    val parts = windows.map { window =>
      val key = Keys.manifest(window.number)
      // The manifest of the window itself belongs to another attempt; its files may not be mixed with this one's.
      val manifest = if (window.number == last) None else lake.read(key)
      manifest.map(Documents.compactedParts(key, _)).toRight(window.batches)
    }
    Inputs(windows, parts.flatMap(_.left.getOrElse(Nil)), parts.flatMap(_.getOrElse(Nil)))
  }
}
