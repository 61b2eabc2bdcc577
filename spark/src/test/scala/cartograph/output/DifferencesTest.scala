package cartograph.output

import org.scalatest.funsuite.AnyFunSuite

import cartograph.Fixtures
import cartograph.platform.Documents

class DifferencesTest extends AnyFunSuite {

  private def list(name: String, products: String*): Seq[Seq[String]] = products.map(Seq(_, name))

  test("edges of one user: what came, what went, what stayed, by list") {
    val changes = Differences.UserChanges.ofUser(list("any", "lamp", "vase") ++ list("new", "mug"), list("any", "lamp", "mug"))
    assert((changes.added, changes.removed, changes.kept) === ((1L, 2L, 1L)))
  }

  test("churn is the share of the list that was not in the list before; no list then or now is no churn") {
    val changes = Differences.UserChanges.ofUser(list("any", "a", "b", "c"), list("any", "c", "d", "e") ++ list("new", "x"))
    assert((changes.any.users, changes.any.sum) === ((1L, 2.0 / 3)))
    assert(changes.fresh.users === 0L)
  }

  test("users are counted by tenths: 0, up to 0.1, …, up to 1") {
    def tenth(fresh: Int, of: Int): Int =
      Differences.Churn.of(
        Set.empty[String] + "old",
        (0 until of).map(n => if (n < fresh) s"new$n" else "old").toSet
      ).shares.indexOf(1L)
    assert((tenth(0, 1), tenth(1, 2), tenth(2, 2)) === ((0, 5, 10)))
    val ten = (0 until 10).map(n => s"p$n").toSet
    assert(Differences.Churn.of(ten, ten - "p0" + "x").shares.indexOf(1L) === 1)
    assert(Differences.Churn.of(ten, ten.map(_ + "x")).shares.indexOf(1L) === 10)
    assert(Differences.Churn.of(ten, (0 until 11).map(n => s"p$n").toSet).shares.indexOf(1L) === 1)
  }

  test("as many changed products are kept as test/fixtures/limits.json says, which the TypeScript tests read too") {
    val limits = Documents.parse("limits.json", Fixtures.text("limits.json"))
    assert(Differences.KeptChanges === limits.get("keptChanges").asInt)
  }
}
