package cartograph.features

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import org.scalatest.funsuite.AnyFunSuite

import cartograph.Fixtures
import cartograph.platform.Documents
import cartograph.platform.Documents.{arr, obj}

/** The results are bits in test/fixtures/elementary.json, which the tests of lambdas/serve/answer/elementary.ts read too. */
class ElementaryTest extends AnyFunSuite {
  private val random = new java.util.Random(5)
  private def drawn(count: Int)(value: => Double): Seq[Double] = Seq.fill(count)(value)

  /** A double and its neighbours. */
  private def around(value: Double): Seq[Double] = Seq(math.nextDown(value), value, math.nextUp(value))

  private val exponents: Seq[Double] =
    Seq(0.0, -0.0, 1, -1, 1022, 1023, 1024, 1e6, -1021, -1022, -1023, -1050.5, -1074, -1075, -1e6, 1e-300, -1e-17) ++
      Seq(0.5, -0.5, 1.5, -1021.5, -1022.5, 1022.5).flatMap(around) ++
      // Ages of 0 to 2000 horizons, by half-lives.
      drawn(150)(-2000 * random.nextDouble() / Seq(0.5, 0.75, 2, 6, 12, 18)(random.nextInt(6))) ++
      drawn(150)(-4 * random.nextDouble()) ++ drawn(100)(2100 * random.nextDouble() - 1050)

  private val numbers: Seq[Double] =
    Seq(1.0, 2, 0.5, 10, Double.MinPositiveValue, 3e-320, java.lang.Double.MIN_NORMAL, 1e-300, 1e300, Double.MaxValue) ++
      Seq(1.0, 0.75, 1.5, 3.0, 0.375, java.lang.Double.MIN_NORMAL).flatMap(around) ++
      // Prices and units, as floats.
      drawn(150)((math.round(20000 * random.nextDouble()) / 100.0 + 0.01).toFloat.toDouble) ++ (1 to 60).map(1.0 + _) ++
      drawn(100)(0.5 + 1.5 * random.nextDouble()) ++
      drawn(100)(java.lang.Double.longBitsToDouble((random.nextLong() & Long.MaxValue) % 0x7ff0000000000000L))

  private val powers: Seq[(Double, Double)] =
    for (base <- Seq(0.25, 0.5, 1.0, 1.5, 2, 3, 12, 144, 1e6); exponent <- Seq(0.0, 0.25, 0.5, 1, 2, -0.5)) yield (base, exponent)

  private val units: Seq[Double] =
    Seq(0.0, 1e-20, 1e-9, 0.5, 1, 2, 3, 1e6) ++ drawn(40)((10 * random.nextDouble()).toFloat.toDouble)

  private def hex(value: Double): String = f"${java.lang.Double.doubleToRawLongBits(value)}%016x"
  private def of(text: String): Double = java.lang.Double.longBitsToDouble(java.lang.Long.parseUnsignedLong(text, 16))
  private def rows(inputs: Seq[Double])(value: Double => Double): JsonNode =
    arr(inputs.map(input => arr(Seq(hex(input), hex(value(input))))))

  test("every function has the bits that are saved") {
    Fixtures.update(
      "elementary.json",
      obj(
        "exp2" -> rows(exponents)(Elementary.exp2),
        "ln" -> rows(numbers)(Elementary.ln),
        "log1p" -> rows(units)(Elementary.log1p),
        "pow" -> arr(powers.map { case (base, exponent) =>
          arr(Seq(hex(base), hex(exponent), hex(Elementary.pow(base, exponent))))
        })
      ).toString + "\n"
    )
    val saved = Documents.parse("elementary.json", Fixtures.text("elementary.json"))
    def texts(name: String): Seq[Seq[String]] = saved.get(name).elements.asScala.map(_.elements.asScala.map(_.asText).toSeq).toSeq
    for (
      (name, value) <- Seq(
        "exp2" -> Elementary.exp2 _,
        "ln" -> Elementary.ln _,
        "log1p" -> Elementary.log1p _
      )
    ) {
      assert(texts(name).size > 40)
      texts(name).foreach(row => assert(row === Seq(row.head, hex(value(of(row.head)))), name))
    }
    texts("pow").foreach(row => assert(row.last === hex(Elementary.pow(of(row.head), of(row(1)))), row))
  }

  private def isNear(found: Double, expected: Double): Boolean = math.abs(found - expected) <= 2 * math.ulp(expected)

  test("powers of two and logarithms are within two units in the last place of the JVM's strict functions") {
    for (x <- exponents if x >= -1074 && x <= 1023)
      assert(isNear(Elementary.exp2(x), StrictMath.pow(2, x)), (x, Elementary.exp2(x), StrictMath.pow(2, x)))
    for (x <- numbers) assert(isNear(Elementary.ln(x), StrictMath.log(x)), (x, Elementary.ln(x), StrictMath.log(x)))
    for (x <- units if x >= 0.5) assert(isNear(Elementary.log1p(x), StrictMath.log1p(x)), x)
    for ((base, exponent) <- powers)
      assert(math.abs(Elementary.pow(base, exponent) / StrictMath.pow(base, exponent) - 1) < 1e-14, (base, exponent))
  }

  test("what is exact in thought is exact: 2 ^ n, ln(1), powers of 0 and 1; nothing leaves the range of doubles") {
    assert((-1074 to 1023).forall(n => Elementary.exp2(n) == StrictMath.pow(2, n)))
    assert(Elementary.ln(1) === 0.0 && Elementary.log1p(0) === 0.0)
    assert((Elementary.pow(7, 0), Elementary.pow(7, 1)) === ((1.0, 7.0)))
    assert((Elementary.exp2(-5000), Elementary.exp2(5000)) === ((Double.MinPositiveValue, StrictMath.pow(2, 1023))))
  }

  test("no other powers and logarithms are used by features") {
    import java.nio.file.Files
    val sources = Fixtures.directory.resolve("../../spark/src/main/scala/cartograph/features").normalize
    val found = Files.list(sources).iterator.asScala.filter(file =>
      raw"\b[Mm]ath\.(log|exp|pow|cbrt)".r.findFirstIn(Files.readString(file)).isDefined
    )
    assert(found.map(_.getFileName.toString).toSeq === Nil)
  }
}
