package cartograph.evaluation

import org.scalatest.funsuite.AnyFunSuite

class CandidateLimitsTest extends AnyFunSuite {

  test(
    "a user who bought lamps 0 to 3, of which 0 and 1 are candidates, buys 1, 3, 4 and 5; of the other two, 4 is a candidate"
  ) {
    val limits = CandidateLimits.of(Array(0, 1, 4, 6), bought = Array(0, 1, 2, 3), relevant = Array(1, 3, 4, 5))
    assert(limits.ownLeftOut === OwnLeftOut(users = 1, products = 2, heldOut = 1))
    // Of any: 3, which was left out, and 5, which no source found. Of new: 5.
    assert(limits.any === Missed(heldOut = 4, missed = 2))
    assert(limits.discoveries === Missed(heldOut = 2, missed = 1))
  }

  test("a user with as many products as can be candidates is not counted as limited") {
    val all = Array.range(0, 250)
    assert(CandidateLimits.of(all, all, Array(7)) === CandidateLimits(OwnLeftOut(0, 0, 0), Missed(1, 0), Missed(0, 0)))
  }

  test("users are added up") {
    val one = CandidateLimits.of(Array(0), bought = Array(0, 1), relevant = Array(1, 2))
    assert(one + one + CandidateLimits.none === CandidateLimits(OwnLeftOut(2, 2, 2), Missed(4, 4), Missed(2, 2)))
  }
}
