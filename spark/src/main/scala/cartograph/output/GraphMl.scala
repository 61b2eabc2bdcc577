package cartograph.output

import org.apache.spark.rdd.RDD

import cartograph.graph.Vertex
import cartograph.platform.{Column, Columns, InOrder, RunFile, RunFiles}

/**
 * The graph as GraphML (http://graphml.graphdrawing.org/specification.html): every column of the tables is a typed key.
 * Values that there are not, are left out. No key is called `weight`: programs would take it for one.
 */
object GraphMl {
  private val Structural = Set("id", "source", "target")

  def write(files: RunFiles, name: String, run: Int, vertices: RDD[Vertex], edges: RDD[GraphEdge]): RunFile = {
    val (nodeKeys, edgeKeys) = (named("v", GraphFiles.VertexColumns), named("e", GraphFiles.EdgeColumns))
    val nodes = vertices.map(vertex => s"""<node id="${attribute(vertex.typedId)}">${data(nodeKeys, vertex)}</node>""")
    val arcs = edges.map { edge =>
      s"""<edge source="${attribute(edge.source)}" target="${attribute(edge.target)}">${data(edgeKeys, edge)}</edge>"""
    }
    val lines = (nodes ++ arcs).coalesce(1, shuffle = false, Some(InOrder))
    files.text(name, head(run), lines, "</graph>\n</graphml>\n")
  }

  private def head(run: Int): String =
    s"""<?xml version="1.0" encoding="UTF-8"?>
      |<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
      |${keys("v", "node", GraphFiles.VertexColumns)}${keys(
        "e",
        "edge",
        GraphFiles.EdgeColumns
      )}<graph id="run-$run" edgedefault="directed">
      |""".stripMargin

  private def keys[Row](prefix: String, of: String, columns: Columns[Row]): String =
    named(prefix, columns).map { case (key, column) =>
      s"""<key id="$key" for="$of" attr.name="${column.name}" attr.type="${column.kind.graphMl}"/>\n"""
    }.mkString

  private def data[Row](keys: Seq[(String, Column[Row])], row: Row): String = {
    val out = new java.lang.StringBuilder(256)
    keys.foreach { case (key, column) =>
      val value = column.text(row)
      if (value.nonEmpty || column.value(row).nonEmpty)
        out.append("<data key=\"").append(key).append("\">").append(text(value)).append("</data>")
    }
    out.toString
  }

  /** Short names, for they stand in every line: v1, e4. */
  private def named[Row](prefix: String, columns: Columns[Row]): Seq[(String, Column[Row])] =
    columns.columns.zipWithIndex.collect {
      case (column, index) if !Structural.contains(column.name) => s"$prefix$index" -> column
    }

  /** Text between tags. */
  private[cartograph] def text(value: String): String = if (value.forall(isPlain)) value else escaped(value)

  private def isPlain(char: Char): Boolean = char >= ' ' && char < 127 && char != '&' && char != '<' && char != '>'

  private def escaped(value: String): String = {
    val out = new java.lang.StringBuilder(value.length + 16)
    var at = 0
    while (at < value.length) {
      val point = value.codePointAt(at)
      point match {
        case '&' => out.append("&amp;")
        case '<' => out.append("&lt;")
        case '>' => out.append("&gt;")
        // A reader would make a line feed of it.
        case '\r' => out.append("&#13;")
        case other if isXml(other) => out.appendCodePoint(other)
        // Told apart by their numbers, so that two ids stay two.
        case other => out.append(f"\ufffd$other%04x")
      }
      at += Character.charCount(point)
    }
    out.toString
  }

  /** Text between quotes; a reader would make spaces of tabs and line ends. */
  private[cartograph] def attribute(value: String): String =
    if (value.forall(char => isPlain(char) && char != '"')) value
    else text(value).replace("\"", "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")

  /** Char of https://www.w3.org/TR/xml/#charsets */
  private def isXml(point: Int): Boolean =
    point == 0x9 || point == 0xa || point == 0xd || (point >= 0x20 && point <= 0xd7ff) ||
      (point >= 0xe000 && point <= 0xfffd) || point >= 0x10000
}
