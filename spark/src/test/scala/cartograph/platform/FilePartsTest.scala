package cartograph.platform

import org.scalatest.funsuite.AnyFunSuite

class FilePartsTest extends AnyFunSuite {

  test("a file holds a million rows, and there is always one") {
    assert(Seq(0L, 1L, 1000000L, 1000001L).map(FileParts.partsFor) === Seq(1, 1, 1, 2))
  }
}
