package cartograph.features

/**
 * The moment that features describe, and the unit of time in which they count.
 *
 * Ages are in horizons, so that a model that was learned in one month also fits the next, and a shop of any pace.
 *
 * @param asOfMs    sales before this moment are known, epoch ms
 * @param horizonMs how long recommendations are made for, ms; more than 0
 */
final case class Moment(asOfMs: Long, horizonMs: Long) {
  /** Returns the time from `atMs` to the moment, in horizons; negative if `atMs` is after the moment. */
  def age(atMs: Long): Double = horizons(asOfMs - atMs)

  /** Converts a length of time to horizons. */
  def horizons(lengthMs: Long): Double = lengthMs.toDouble / horizonMs
}

/** Exponential decay. */
object Decay {
  /** Returns 0.5 ^ (age / halfLife). Both are in horizons. */
  def apply(age: Double, halfLife: Double): Double = Elementary.exp2(-age / halfLife)
}
