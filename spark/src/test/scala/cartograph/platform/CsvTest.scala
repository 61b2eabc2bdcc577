package cartograph.platform

import org.scalatest.funsuite.AnyFunSuite

class CsvTest extends AnyFunSuite {

  test("numbers have at most six decimals and never an exponent") {
    assert(Seq(0.0, 1.0, 0.1234567, 1e-7, 123456789.5, -2.5).map(Csv.decimal) ===
      Seq("0", "1", "0.123457", "0", "123456789.5", "-2.5"))
  }

  test("a field is quoted only if RFC 4180 requires it") {
    assert(Csv.line(Seq("plain", "a,b", "say \"hi\"", "two\nlines", "")) === "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\n")
  }
}
