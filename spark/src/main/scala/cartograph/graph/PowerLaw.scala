package cartograph.graph

/**
 * The tail of a distribution of degrees, P(degree) ~ degree^-exponent from `from` on, after Clauset, Shalizi, Newman:
 * "Power-law distributions in empirical data", SIAM Review 2009: the most likely exponent for every possible beginning
 * (discrete, by the Hurwitz zeta function), and of those beginnings the one with the smallest Kolmogorov–Smirnov distance.
 *
 * @param vertices in the tail
 */
final case class PowerLaw(exponent: Double, from: Int, vertices: Long)

object PowerLaw {
  private val LeastVertices = 50L
  /** Beginnings that are tried, spread over the degrees that there are. */
  private val Beginnings = 100
  /** Of Kolmogorov and Smirnov, for many vertices and five per cent. */
  private val CriticalDistance = 1.36
  private val LeastExponent = 1.01
  private val MostExponent = 15.0

  /**
   * @param counts vertices by degree
   * @return None if fewer than 50 vertices lie in any tail of two degrees, if it falls more steeply than any power law is told,
   *         or if it is none: its distance is beyond what chance would do in one of twenty
   */
  def fit(counts: Iterable[(Int, Long)]): Option[PowerLaw] = {
    val sorted = counts.filter(_._1 > 0).toArray.sortBy(_._1)
    val inTail = sorted.map(_._2).scanRight(0L)(_ + _)
    val possible = sorted.indices.dropRight(1).filter(inTail(_) >= LeastVertices)
    val step = math.max(1, math.ceil(possible.size.toDouble / Beginnings).toInt)
    val fits = possible.indices.by(step).map { index =>
      val tail = sorted.drop(possible(index))
      val exponent = mostLikely(tail)
      (distance(tail, exponent), PowerLaw(math.round(exponent * 1000) / 1000.0, tail.head._1, inTail(possible(index))))
    }
    fits.minByOption { case (distance, fit) => (distance, fit.from) }
      .filter { case (distance, fit) => distance <= CriticalDistance / math.sqrt(fit.vertices.toDouble) }
      .map(_._2)
      .filter(_.exponent < MostExponent - 0.01)
  }

  /** The likelihood has one top: thirds are cut off until nothing is left. */
  private def mostLikely(tail: Array[(Int, Long)]): Double = {
    val n = tail.map(_._2).sum.toDouble
    val logs = tail.map { case (degree, count) => count * math.log(degree.toDouble) }.sum
    def likelihood(exponent: Double): Double = -n * math.log(zeta(exponent, tail.head._1)) - exponent * logs
    val ends = Iterator.iterate((LeastExponent, MostExponent)) { case (low, high) =>
      val (a, b) = (low + (high - low) / 3, high - (high - low) / 3)
      if (likelihood(a) < likelihood(b)) (a, high) else (low, b)
    }
    val (low, high) = ends.drop(40).next()
    (low + high) / 2
  }

  private def distance(tail: Array[(Int, Long)], exponent: Double): Double = {
    val n = tail.map(_._2).sum.toDouble
    val all = zeta(exponent, tail.head._1)
    val upTo = tail.map(_._2).scanLeft(0L)(_ + _).tail
    tail.indices.map(at => math.abs(upTo(at) / n - (1 - zeta(exponent, tail(at)._1 + 1) / all))).max
  }

  /** Hurwitz zeta, sum over k >= 0 of (from + k)^-exponent, by Euler and Maclaurin after ten terms. */
  private[cartograph] def zeta(exponent: Double, from: Int): Double = {
    val terms = (0 until 10).map(k => math.pow((from + k).toDouble, -exponent)).sum
    val a = from + 10.0
    val rest =
      math.pow(a, 1 - exponent) / (exponent - 1) + math.pow(a, -exponent) / 2 + exponent * math.pow(a, -exponent - 1) / 12
    terms + rest - exponent * (exponent + 1) * (exponent + 2) * math.pow(a, -exponent - 3) / 720
  }
}
