package cartograph

import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._

import org.scalatest.funsuite.AnyFunSuite

/** Holds the packages to an order: each imports only packages below it, and so can be read without those above. */
class PackagesTest extends AnyFunSuite {
  private type Arrows = Map[String, Set[String]]

  private val sources: Path =
    Seq(Paths.get("src", "main", "scala"), Paths.get("spark", "src", "main", "scala")).find(Files.isDirectory(_)).get

  private val files: Seq[Path] =
    Files.walk(sources).iterator.asScala.filter(_.toString.endsWith(".scala")).toSeq.sortBy(_.toString)

  private def packageOf(file: Path): String = sources.relativize(file.getParent).iterator.asScala.mkString(".")

  private val importLine = raw"\s*import (cartograph(?:\.[a-z]\w*)*)\..*".r

  private val arrows: Arrows = files
    .flatMap { file =>
      Files.readAllLines(file).asScala.collect { case importLine(imported) => packageOf(file) -> imported }
    }
    .groupMap(_._1)(_._2)
    .map { case (from, to) => from -> (to.toSet - from) }

  /** Returns the packages on cycles or between two cycles: it removes those that import none, or that none imports, until none is left. */
  @scala.annotation.tailrec
  private def cyclic(arrows: Arrows): Set[String] = {
    val imported = arrows.values.flatten.toSet
    val free = arrows.keySet.filter(name => !imported.contains(name) || !arrows(name).exists(arrows.contains))
    if (free.isEmpty) arrows.keySet else cyclic(arrows -- free)
  }

  test("every file declares the package of its folder in one clause, so that it needs an import to use another package") {
    val wrong = files.filter { file =>
      Files.readAllLines(file).asScala.filter(_.startsWith("package ")).toSeq != Seq(s"package ${packageOf(file)}")
    }
    assert(wrong === Nil)
  }

  test("no code uses another package without an import") {
    val qualified = raw"(?:^|[^\w.\x22])cartograph\.[a-z]\w*\.[A-Z]".r
    val reached = for {
      file <- files
      line <- Files.readAllLines(file).asScala
      if !line.startsWith("import ") && qualified.findFirstIn(line).isDefined
    } yield s"$file: $line"
    assert(reached === Nil)
  }

  test("no package imports the root, and platform imports no other") {
    assert(arrows.filter(_._2.contains("cartograph")) === Map.empty)
    assert(arrows.getOrElse("cartograph.platform", Set.empty) === Set.empty)
  }

  test("the packages import each other without a cycle") {
    assert(cyclic(arrows) === Set.empty)
  }

  test("a cycle is found") {
    assert(cyclic(Map("a" -> Set("b"), "b" -> Set("c"), "c" -> Set("b"), "d" -> Set("e"))) === Set("b", "c"))
  }
}
