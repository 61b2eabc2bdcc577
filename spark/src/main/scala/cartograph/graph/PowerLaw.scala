package cartograph.graph

/**
 * The power law that fits the tail of a degree distribution:
 *
 *   P(degree = k) = k^-exponent / zeta(exponent, from)   for k >= from
 *
 * After Clauset, Shalizi, Newman: "Power-law distributions in empirical data", SIAM Review 2009. Each degree is tried as the
 * start of the tail, with the exponent of maximum likelihood; the start with the smallest Kolmogorov–Smirnov distance wins.
 *
 * @param from     smallest degree of the tail
 * @param vertices number of vertices in the tail
 */
final case class PowerLaw(exponent: Double, from: Int, vertices: Long)

object PowerLaw {
  private val MinVertices = 50L
  /** At most this many starts of the tail are tried, evenly spread over the degrees that occur. */
  private val MaxStarts = 100
  /** Kolmogorov–Smirnov critical value at the 5 % level for large samples; divided by the square root of the sample size. */
  private val CriticalDistance = 1.36
  private val MinExponent = 1.01
  private val MaxExponent = 15.0

  /** The number of vertices that have a degree. A tail is an array of these, lowest degree first. */
  private final case class DegreeCount(degree: Int, vertices: Long)

  /**
   * Fits a power law to the tail.
   *
   * @param counts number of vertices by degree
   * @return None if no tail of at least two degrees has 50 vertices, if the exponent would be 15 or more, or if the distance is
   *         so large that the distribution is not a power law (5 % level)
   */
  def fit(counts: Iterable[(Int, Long)]): Option[PowerLaw] = {
    val sorted = counts.iterator
      .collect { case (degree, vertices) if degree > 0 => DegreeCount(degree, vertices) }
      .toArray
      .sortBy(_.degree)
    val inTail = sorted.map(_.vertices).scanRight(0L)(_ + _)
    val possible = sorted.indices.dropRight(1).filter(inTail(_) >= MinVertices)
    val step = math.max(1, math.ceil(possible.size.toDouble / MaxStarts).toInt)
    val fits = possible.indices.by(step).map { index =>
      val tail = sorted.drop(possible(index))
      val exponent = mostLikely(tail)
      val fit = PowerLaw(math.round(exponent * 1000) / 1000.0, from = tail.head.degree, vertices = inTail(possible(index)))
      (distance(tail, exponent), fit)
    }
    fits
      .minByOption { case (distance, fit) => (distance, fit.from) }
      .collect { case (distance, fit) if distance <= CriticalDistance / math.sqrt(fit.vertices.toDouble) => fit }
      .filter(_.exponent < MaxExponent - 0.01)
  }

  /** Returns the exponent of maximum likelihood, by ternary search: the likelihood has a single maximum. */
  private def mostLikely(tail: Array[DegreeCount]): Double = {
    val n = tail.map(_.vertices).sum.toDouble
    val logs = tail.map { case DegreeCount(degree, vertices) => vertices * math.log(degree.toDouble) }.sum
    def likelihood(exponent: Double): Double = -n * math.log(zeta(exponent, tail.head.degree)) - exponent * logs
    val intervals = Iterator.iterate((MinExponent, MaxExponent)) { case (low, high) =>
      val (a, b) = (low + (high - low) / 3, high - (high - low) / 3)
      if (likelihood(a) < likelihood(b)) (a, high) else (low, b)
    }
    val (low, high) = intervals.drop(40).next()
    (low + high) / 2
  }

  /** Returns the Kolmogorov–Smirnov distance: the largest difference between the two cumulative distributions. */
  private def distance(tail: Array[DegreeCount], exponent: Double): Double = {
    val n = tail.map(_.vertices).sum.toDouble
    val whole = zeta(exponent, tail.head.degree)
    val cumulative = tail.map(_.vertices).scanLeft(0L)(_ + _).tail
    tail.indices.map(index => math.abs(cumulative(index) / n - (1 - zeta(exponent, tail(index).degree + 1) / whole))).max
  }

  /** Returns the Hurwitz zeta function, sum over k >= 0 of (from + k)^-exponent, by ten terms and the Euler–Maclaurin formula. */
  private[cartograph] def zeta(exponent: Double, from: Int): Double = {
    val terms = (0 until 10).map(k => math.pow((from + k).toDouble, -exponent)).sum
    val a = from + 10.0
    val rest =
      math.pow(a, 1 - exponent) / (exponent - 1) + math.pow(a, -exponent) / 2 + exponent * math.pow(a, -exponent - 1) / 12
    terms + rest - exponent * (exponent + 1) * (exponent + 2) * math.pow(a, -exponent - 3) / 720
  }
}
