package cartograph.output

import org.scalatest.funsuite.AnyFunSuite

import cartograph.Fixtures
import cartograph.platform.Documents

class DifferencesTest extends AnyFunSuite {

  private def list(name: String, products: String*): Set[String] = products.map(UserChanges.entry(_, name)).toSet

  test("the recommendations of a user that were added, removed and kept are counted by list") {
    val changes = UserChanges.ofUser(list("any", "lamp", "vase") ++ list("new", "mug"), list("any", "lamp", "mug"))
    assert((changes.added, changes.removed, changes.kept) === ((1L, 2L, 1L)))
  }

  test("products whose ids begin like the name of a list are of the list that they are in") {
    val changes = UserChanges.ofUser(list("any", "new lamp", "a"), list("any", "a") ++ list("new", "any lamp"))
    assert((changes.any.users, changes.any.sum, changes.any.overlap) === ((1L, 0.0, 0.5)))
    assert((changes.newOnly.users, changes.newOnly.added) === ((0L, 1L)))
  }

  test("churn is the share of the list that was not in the list before; it is not counted without a list before or now") {
    val changes = UserChanges.ofUser(list("any", "a", "b", "c"), list("any", "c", "d", "e") ++ list("new", "x"))
    assert((changes.any.users, changes.any.sum) === ((1L, 2.0 / 3)))
    assert(changes.newOnly.users === 0L)
  }

  test("users are counted whose list has other products, who have a list only now, and only before") {
    def counts(before: Set[String], now: Set[String]) = {
      val churn = Churn.of(before, now)
      (churn.users, churn.changed, churn.added, churn.gone)
    }
    assert(counts(Set("a", "b"), Set("b", "a")) === ((1L, 0L, 0L, 0L)))
    assert(counts(Set("a", "b"), Set("a", "c")) === ((1L, 1L, 0L, 0L)))
    // A list that became shorter has no new product and changed all the same.
    assert(counts(Set("a", "b"), Set("a")) === ((1L, 1L, 0L, 0L)))
    assert(counts(Set.empty, Set("a")) === ((0L, 0L, 1L, 0L)))
    assert(counts(Set("a"), Set.empty) === ((0L, 0L, 0L, 1L)))
    val sum = Churn.of(Set("a"), Set("b")) + Churn.of(Set.empty, Set("b")) + Churn.of(Set("b"), Set.empty)
    assert((sum.users, sum.changed, sum.added, sum.gone) === ((1L, 1L, 1L, 1L)))
  }

  test("overlap is the share of the products of both lists together that both have") {
    def overlap(before: Set[String], now: Set[String]): Double = Churn.of(before, now).overlap
    assert((overlap(Set("a", "b"), Set("a", "b")), overlap(Set("a"), Set("b"))) === ((1.0, 0.0)))
    assert(overlap(Set("a", "b"), Set("b", "c")) === 1.0 / 3)
    assert(overlap(Set("a", "b"), Set("a")) === 0.5)
  }

  test("users are counted by share: 0, up to 0.1, …, up to 1") {
    def step(added: Int, size: Int): Int =
      Churn.of(Set("old"), (0 until size).map(n => if (n < added) s"new$n" else "old").toSet).shares.indexOf(1L)
    assert((step(0, 1), step(1, 2), step(2, 2)) === ((0, 5, 10)))
    val ten = (0 until 10).map(n => s"p$n").toSet
    assert(Churn.of(ten, ten - "p0" + "x").shares.indexOf(1L) === 1)
    assert(Churn.of(ten, ten.map(_ + "x")).shares.indexOf(1L) === 10)
    assert(Churn.of(ten, (0 until 11).map(n => s"p$n").toSet).shares.indexOf(1L) === 1)
  }

  test("the number of changed products is the one in test/fixtures/limits.json, which the TypeScript tests also read") {
    val limits = Documents.parse("limits.json", Fixtures.text("limits.json"))
    assert(Differences.KeptChanges === limits.get("keptChanges").asInt)
  }
}
