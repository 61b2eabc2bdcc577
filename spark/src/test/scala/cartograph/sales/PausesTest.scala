package cartograph.sales

import org.scalatest.funsuite.AnyFunSuite

class PausesTest extends AnyFunSuite {
  /** Nothing counts from 10 to 20 and from 30 to 40. */
  private val pauses = Pauses(Seq(Pause(10, 20), Pause(30, 40)))

  test("a length is without the pauses and their parts") {
    assert(pauses.length(0, 50) === 30)
    assert(pauses.length(12, 35) === 10)
    assert(pauses.length(12, 18) === 0)
    assert(Pauses.None.length(3, 8) === 5)
  }

  test("moments before and after are a length away, and are never within a pause") {
    assert(Seq(5, 10, 15, 22, 25).map(pauses.before(45, _)) === Seq(40, 25, 20, 3, 0))
    assert(Seq(5, 9, 15, 19, 25).map(pauses.after(5, _)) === Seq(10, 24, 30, 44, 50))
    assert((pauses.before(7, 3), pauses.after(44, 3)) === ((4L, 47L)))
    assert((pauses.before(15, 3), pauses.after(15, 3)) === ((7L, 23L)))
    assert((pauses.before(45, 0), pauses.after(5, 0)) === ((45L, 5L)))
  }
}
