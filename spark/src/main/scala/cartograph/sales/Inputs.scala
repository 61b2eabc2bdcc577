package cartograph.sales

import com.fasterxml.jackson.databind.JsonNode

import cartograph.platform.{Documents, Keys, Lake, Log}

/**
 * What a run reads.
 *
 * @param windows   1..N
 * @param raw       keys of the batches of windows that have no manifest
 * @param compacted keys of the compacted parts of the others, so that small objects are read once
 * @param series    how served runs did on earlier windows, oldest first; see Afterwards in lambdas/shared/contract/quality.ts
 */
final case class Inputs(windows: Seq[Window], raw: Seq[String], compacted: Seq[String], series: Seq[JsonNode]) {
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
    val runs = earlier.map(window => window -> orTold(window.number)(run(lake, window.number)).flatten)
    Inputs(
      windows,
      raw = runs.flatMap { case (window, of) => if (of.isEmpty) window.batches else Nil } ++ windows.last.batches,
      compacted = runs.flatMap(_._2).flatMap(_.compacted),
      series = runs.flatMap(_._2).flatMap(_.afterwards)
    )
  }

  private def window(lake: Lake, number: Int): Window = {
    val key = Keys.window(number)
    Window.parse(key, lake.read(key).getOrElse(throw new NoSuchElementException(s"Cannot read $key: there is no such object")))
  }

  /** None before the window has a run. */
  private def run(lake: Lake, number: Int): Option[EarlierRun] = {
    val key = Keys.manifest(number)
    lake.read(key).map(EarlierRun.parse(key, _))
  }

  private def orTold[Read](window: Int)(read: => Read): Option[Read] =
    try Some(read)
    catch {
      case damaged: IllegalArgumentException =>
        Log.error(damaged.getMessage, Documents.obj("window" -> window))
        None
    }
}
