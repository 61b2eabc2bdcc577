package cartograph.features

import java.nio.file.Files

import scala.jdk.CollectionConverters._

import org.scalatest.funsuite.AnyFunSuite

import cartograph.Fixtures

class FeaturesTest extends AnyFunSuite {

  test("positions follow from the list, without gaps, and names are unique") {
    assert(Features.all.map(_.position) === Features.all.indices)
    assert(Features.Width === 56)
    assert(Features.all.map(_.name).distinct.size === Features.Width)
    assert(Features.OwnDecayed.map(_.position) === Seq(1, 2, 3, 4))
  }

  test("a group that does not apply has the values of absence") {
    val row = Array.fill(Features.Own.size + 2)(7f)
    Features.Own.fillAbsent(row, 1)
    assert((row.head, row.last) === ((7f, 7f)))
    assert(row(1 + Features.OwnCount.position) === 0f)
    assert(row(1 + Features.OwnLastAge.position) === Features.Never)
  }

  test("the table of docs/quality.md has every feature, in order, with its group and meaning") {
    val page = Files.readAllLines(Fixtures.directory.resolve("../../docs/quality.md").normalize).asScala.toSeq
    val rows = page.map(_.split('|').map(_.trim).toSeq).filter(cells => cells.size > 3 && cells(1).matches("`[a-z][\\w.]*`"))
    val names = Features.all.map(feature => s"`${feature.name}`")
    val found = rows.filter(cells => names.contains(cells(1))).map(cells => (cells(1), cells(2), cells(3)))
    val expected = Features.all.map(feature => (s"`${feature.name}`", feature.group, feature.meaning))
    assert(
      found === expected,
      expected.map { case (name, group, meaning) => s"| $name | $group | $meaning |" }.mkString("\n", "\n", "")
    )
  }
}
