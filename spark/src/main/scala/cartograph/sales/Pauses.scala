package cartograph.sales

/** A stretch of time that does not count, because the shop was closed, epoch ms. `untilMs` is the moment of the next sale. */
final case class Pause(fromMs: Long, untilMs: Long)

/**
 * Lengths of time without the pauses of a shop, so that a shop that was closed for months keeps the unit of time of its sales.
 *
 * @param all oldest first; they do not overlap
 */
final case class Pauses(all: Seq[Pause]) {
  /** Returns the time from `fromMs` to `untilMs` without the pauses, ms. */
  def length(fromMs: Long, untilMs: Long): Long =
    untilMs - fromMs - all.map(pause => math.max(0L, math.min(untilMs, pause.untilMs) - math.max(fromMs, pause.fromMs))).sum

  /** Returns the moment from which `lengthMs` without the pauses lead to `momentMs`, epoch ms. */
  def before(momentMs: Long, lengthMs: Long): Long = {
    @scala.annotation.tailrec
    def back(at: Long, left: Long, newestFirst: List[Pause]): Long = newestFirst match {
      case Pause(from, until) :: older if at - left < until => back(math.min(at, from), left - math.max(0L, at - until), older)
      case _ => at - left
    }
    back(momentMs, lengthMs, all.reverseIterator.dropWhile(_.fromMs >= momentMs).toList)
  }

  /** Returns the moment to which `lengthMs` without the pauses lead from `momentMs`, epoch ms. */
  def after(momentMs: Long, lengthMs: Long): Long = {
    @scala.annotation.tailrec
    def on(at: Long, left: Long, oldestFirst: List[Pause]): Long = oldestFirst match {
      case Pause(from, until) :: newer if at + left > from => on(math.max(at, until), left - math.max(0L, from - at), newer)
      case _ => at + left
    }
    on(momentMs, lengthMs, all.dropWhile(_.untilMs <= momentMs).toList)
  }
}

object Pauses {
  val None: Pauses = Pauses(Nil)
}
