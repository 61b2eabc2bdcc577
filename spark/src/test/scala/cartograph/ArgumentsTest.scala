package cartograph

import org.scalatest.funsuite.AnyFunSuite

class ArgumentsTest extends AnyFunSuite {
  private def problem(line: String): String =
    intercept[IllegalArgumentException](Arguments.parse(line.split(' ').toSeq)).getMessage

  test("lake, window and attempt in any order") {
    assert(Arguments.parse(Seq("--window", "3", "--lake", "s3://bucket/", "--attempt", "2")) === Arguments("s3://bucket", 3, 2))
  }

  test("the message names an argument that is missing, unknown or invalid, and what it should be") {
    assert(problem("--lake s3://b --window 1") ===
      "Cannot start: --attempt is missing, should be --lake s3://BUCKET --window N --attempt K")
    assert(problem("--lake s3://b --window 0 --attempt 1") ===
      "Cannot start: --window is 0, should be a whole number from 1")
    assert(problem("--lake /tmp --window 1 --attempt 1").contains("Cannot start: --lake is /tmp, should be s3://BUCKET"))
    assert(problem("--lakes s3://b").startsWith("Cannot start: is --lakes s3://b, should be"))
  }
}
