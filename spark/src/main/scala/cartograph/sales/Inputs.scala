package cartograph.sales

import com.fasterxml.jackson.databind.JsonNode

import cartograph.platform.{Documents, Keys, Lake, Log}

/**
 * The inputs of a run.
 *
 * @param windows 1..N, without earlier ones that are damaged
 * @param files   the files with the interactions of these windows
 * @param series  how served runs did on earlier windows, oldest first; see Afterwards in lambdas/shared/contract/quality.ts
 */
final case class Inputs(windows: Seq[Window], files: InteractionKeys, series: Seq[JsonNode]) {
  def last: Window = windows.last
}

/**
 * The keys of all files with interactions of a run. Windows that have a manifest are read from its compacted files, so that
 * small objects are read only once.
 *
 * @param compacted   compacted files of windows that have a manifest
 * @param batches     batches of earlier windows that have no manifest
 * @param lastBatches batches of the last window
 */
final case class InteractionKeys(compacted: Seq[String], batches: Seq[String], lastBatches: Seq[String])

object Inputs {

  /**
   * Reads windows 1..N and the manifests before N.
   *
   * If an earlier manifest is damaged, the error is logged and the batches of its window are read instead. If an earlier
   * window is damaged, the error is logged and the window is left out: threshold puts its batches into a later window.
   *
   * @throws NoSuchElementException   if a window is missing; the message names its key
   * @throws IllegalArgumentException if the last window is damaged; the message names its key and field
   */
  def read(lake: Lake, last: Int): Inputs = {
    val earlier = (1 until last).flatMap(number => orLogged(number)(window(lake, number)))
    val windows = earlier :+ window(lake, last)
    // A manifest of the last window would be another attempt's: its files must not be mixed with those of this attempt.
    val runs = earlier.map(window => window -> orLogged(window.number)(run(lake, window.number)).flatten)
    val found = runs.flatMap { case (_, run) => run }
    Inputs(
      windows,
      InteractionKeys(
        compacted = found.flatMap(_.compacted),
        batches = runs.flatMap { case (window, run) => if (run.isEmpty) window.batches else Nil },
        lastBatches = windows.last.batches
      ),
      series = found.flatMap(_.afterwards)
    )
  }

  private def window(lake: Lake, number: Int): Window = {
    val key = Keys.window(number)
    Window.parse(key, lake.read(key).getOrElse(throw new NoSuchElementException(s"Cannot read $key: there is no such object")))
  }

  /** Returns None if the window has no manifest yet. */
  private def run(lake: Lake, number: Int): Option[EarlierRun] = {
    val key = Keys.manifest(number)
    lake.read(key).map(EarlierRun.parse(key, _))
  }

  private def orLogged[Read](window: Int)(read: => Read): Option[Read] =
    try Some(read)
    catch {
      case damaged: IllegalArgumentException =>
        Log.error(damaged.getMessage, Documents.obj("window" -> window))
        None
    }
}
