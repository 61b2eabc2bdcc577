package cartograph

/** A product in a list, best first: number and score. */
final case class Ranked(product: Int, score: Double)

/** The two lists of a user, best first: `any` may include what the user bought, `fresh` (the list `new`) does not. */
final case class Lists(any: Array[Ranked], fresh: Array[Ranked])

object Ranking {
  /** Scores are rounded before they are compared, so that the order of sums does not decide a rank. */
  def rounded(score: Double): Double = math.round(score * 1e6) / 1e6

  /** Ranks before another: higher score, then smaller number, which is the smaller id. */
  def isBefore(a: Ranked, b: Ranked): Boolean = a.score > b.score || (a.score == b.score && a.product < b.product)
}

/** Keeps the best `size` of what is offered. */
final class Selection(size: Int) {
  private val kept = new Array[Ranked](size)
  private var count = 0

  /** Scores below it cannot be among the best any more; a little lower than the last score, for that one is rounded. */
  def bar: Double = if (count < size) Double.NegativeInfinity else kept(count - 1).score - 1e-6

  def offer(candidate: Ranked): Unit =
    if (count < size || Ranking.isBefore(candidate, kept(count - 1))) {
      var position = if (count < size) count else count - 1
      while (position > 0 && Ranking.isBefore(candidate, kept(position - 1))) {
        kept(position) = kept(position - 1)
        position -= 1
      }
      kept(position) = candidate
      if (count < size) count += 1
    }

  /** Best first. */
  def result: Array[Ranked] = kept.take(count)
}
