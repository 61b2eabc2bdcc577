package cartograph.ranking

import org.scalatest.funsuite.AnyFunSuite

import cartograph.features.{Candidates, Features}
import cartograph.lists.ListKind

class CascadeTest extends AnyFunSuite {

  /** Candidates that differ in one feature, which is the number of the row. */
  private def candidates(count: Int): Candidates = {
    val features = new Array[Float](count * Features.Width)
    for (row <- 0 until count) features(row * Features.Width) = row.toFloat
    Candidates(Array.range(0, count), Array.tabulate(count)(_ % 3 == 0), Array.empty, features, Array.empty, Array.empty)
  }

  /** A tree that adds 1 to every row above the threshold. */
  private def above(threshold: Int): Tree =
    Tree(Array(0, -1, -1), Array(threshold.toFloat, 0, 0), Array(1, 0, 0), Array(0, 0, 1), new Array(3))

  private def ensemble(count: Int, seed: Int): Trees = {
    val random = new scala.util.Random(seed)
    Trees(Array.fill(30)(above(random.nextInt(count))))
  }

  private def whole(ensembles: Seq[Trees], rows: Candidates): Array[Double] =
    ensembles.map(_.scores(rows.features, Features.Width)).transpose.map(_.sum / ensembles.size).toArray

  test("few candidates are scored by all trees, after each of the sizes") {
    val (rows, ensembles) = (candidates(100), Seq(ensemble(100, 1), ensemble(100, 2)))
    val found = Cascade.scores(ensembles, Seq(5, 10, 30), rows, ListKind.Any)
    for ((size, scores) <- Seq(5, 10, 30).zip(found))
      assert(scores.toSeq === whole(ensembles.map(_.first(size)), rows).toSeq, s"after $size trees")
  }

  test("of many candidates those that are best after ten trees get the scores of all trees, and come before the others") {
    val (rows, ensembles) = (candidates(900), Seq(ensemble(900, 1), ensemble(900, 2)))
    val scores = Cascade.scores(ensembles, Seq(30), rows, ListKind.Any).head
    val all = whole(ensembles, rows)
    val kept = (0 until 900).filter(row => scores(row) == all(row))
    assert(kept.size === Cascade.Kept)
    val early = whole(ensembles.map(_.first(10)), rows)
    assert(kept.map(early).min >= (0 until 900).filterNot(kept.contains).map(early).max)
    assert(kept.map(scores).min > (0 until 900).filterNot(kept.contains).map(scores).max)
  }

  test("products that the list does not admit take no place of those that go on") {
    val (rows, ensembles) = (candidates(900), Seq(ensemble(900, 1)))
    val scores = Cascade.scores(ensembles, Seq(30), rows, ListKind.New).head
    val all = whole(ensembles, rows)
    assert((0 until 900).count(row => !rows.owned(row) && scores(row) == all(row)) === Cascade.Kept)
  }
}
