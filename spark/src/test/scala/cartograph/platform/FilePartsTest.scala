package cartograph.platform

import org.scalatest.funsuite.AnyFunSuite

class FilePartsTest extends AnyFunSuite {

  test("a file has up to a million rows, and there is at least one file") {
    assert(Seq(0L, 1L, 1000000L, 1000001L).map(FileParts.partsFor) === Seq(1, 1, 1, 2))
  }
}
