package cartograph.features

/**
 * Powers and logarithms that have the same bits in every language.
 *
 * `java.lang.Math` and JavaScript's `Math` differ in the last bit from each other, and from one version to the next. A tree turns
 * that bit into another list. So everything that features are made of uses these functions instead. They only add, multiply,
 * divide, compare and scale by powers of two, all of which IEEE 754 defines to the last bit. lambdas/serve/answer/elementary.ts has
 * the same operations in the same order, and test/fixtures/elementary.json holds both to the same results.
 *
 * `exp2` and `ln` are within 2 units in the last place of the true value.
 */
object Elementary {
  private val Ln2 = 0.6931471805599453
  private val Log2E = 1.4426950408889634
  /** Exponents of the smallest positive double and of the largest power of two. */
  private val Least = -1074.0
  private val Most = 1023.0
  /** Exponent of the smallest double with all digits. */
  private val LeastNormal = -1022
  /** Terms of the series of e^y, for |y| <= ln(2) / 2. */
  private val ExponentialTerms = 14
  /** Highest power in the series of ln((1 + s) / (1 - s)), for |s| <= 1 / 5. */
  private val LogarithmPower = 21
  private val TwoTo54 = 18014398509481984.0
  private val FractionBits = 52
  private val FractionMask = (1L << FractionBits) - 1

  /** Returns 2 ^ x. Below -1074 it is the smallest positive double; above 1023 it is 2 ^ 1023. */
  def exp2(x: Double): Double = {
    val bounded = if (x < Least) Least else if (x > Most) Most else x
    val whole = math.floor(bounded + 0.5)
    val y = (bounded - whole) * Ln2
    var power = 1.0
    var k = ExponentialTerms
    while (k > 0) {
      power = 1.0 + y / k * power
      k -= 1
    }
    scaled(power, whole.toInt)
  }

  /** Returns the natural logarithm. @param x above 0, finite */
  def ln(x: Double): Double = {
    val isSubnormal = x < java.lang.Double.MIN_NORMAL
    val bits = java.lang.Double.doubleToRawLongBits(if (isSubnormal) x * TwoTo54 else x)
    val fraction = java.lang.Double.longBitsToDouble((bits & FractionMask) | (1023L << FractionBits))
    val exponent = (bits >>> FractionBits).toInt - 1023 - (if (isSubnormal) 54 else 0)
    // From 0.75 to 1.5, so that nothing cancels near 1.
    if (fraction < 1.5) lnOf(fraction, exponent.toDouble) else lnOf(0.5 * fraction, exponent + 1.0)
  }

  /** Returns ln(m * 2 ^ exponent). @param m 0.75 (inclusive) to 1.5 (exclusive) */
  private def lnOf(m: Double, exponent: Double): Double = {
    val s = (m - 1.0) / (m + 1.0)
    val square = s * s
    var series = 0.0
    var k = LogarithmPower
    while (k > 1) {
      series = (series + 1.0 / k) * square
      k -= 2
    }
    exponent * Ln2 + (2.0 * s + 2.0 * s * series)
  }

  /** Returns ln(1 + x). @param x above -1, finite; close to 0 the result has the absolute precision of 1 + x */
  def log1p(x: Double): Double = ln(1.0 + x)

  /** Returns base ^ exponent. @param base above 0, finite */
  def pow(base: Double, exponent: Double): Double =
    if (exponent == 0) 1.0 else if (exponent == 1) base else exp2(exponent * (ln(base) * Log2E))

  private def scaled(value: Double, exponent: Int): Double =
    if (exponent >= LeastNormal) value * powerOfTwo(exponent)
    // A power below the normal ones cannot be made from an exponent alone.
    else value * powerOfTwo(LeastNormal) * powerOfTwo(exponent - LeastNormal)

  /** @param exponent from -1022 to 1023 */
  private def powerOfTwo(exponent: Int): Double = java.lang.Double.longBitsToDouble((exponent + 1023L) << FractionBits)
}
