package cartograph.output

import org.apache.spark.rdd.RDD

import cartograph.graph.Vertex
import cartograph.platform.{Column, Columns, InOrder, RunFile, RunFiles}

/**
 * The graph as GraphML (http://graphml.graphdrawing.org/specification.html). Every column of the tables is a typed key. Empty
 * values are left out. No key is called `weight`, because programs would use it as the weight of edges.
 */
object GraphMl {
  /** Columns that are attributes of a node or an edge instead of keys. */
  private val Structural = Set("id", "source", "target")

  /** Writes one file: all vertices, then all edges, each in the given order. */
  def write(files: RunFiles, name: String, run: Int, vertices: RDD[Vertex], edges: RDD[GraphEdge]): RunFile = {
    val (nodeKeys, edgeKeys) = (keyed("v", GraphColumns.OfVertices), keyed("e", GraphColumns.OfEdges))
    val nodes = vertices.map(vertex => s"""<node id="${attribute(vertex.typedId)}">${data(nodeKeys, vertex)}</node>""")
    val arcs = edges.map { edge =>
      s"""<edge source="${attribute(edge.source)}" target="${attribute(edge.target)}">${data(edgeKeys, edge)}</edge>"""
    }
    val lines = (nodes ++ arcs).coalesce(1, shuffle = false, Some(InOrder))
    files.text(name, head(run), lines, "</graph>\n</graphml>\n")
  }

  private def head(run: Int): String = {
    val declared = keys("v", "node", GraphColumns.OfVertices) + keys("e", "edge", GraphColumns.OfEdges)
    s"""<?xml version="1.0" encoding="UTF-8"?>
      |<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
      |$declared<graph id="run-$run" edgedefault="directed">
      |""".stripMargin
  }

  private def keys[Row](prefix: String, element: String, columns: Columns[Row]): String =
    keyed(prefix, columns).map { case (key, column) =>
      s"""<key id="$key" for="$element" attr.name="${column.name}" attr.type="${column.kind.graphMl}"/>\n"""
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

  /** Returns the columns with their keys, such as v1 or e4; keys are short because every line repeats them. */
  private def keyed[Row](prefix: String, columns: Columns[Row]): Seq[(String, Column[Row])] =
    columns.columns.zipWithIndex.collect {
      case (column, index) if !Structural.contains(column.name) => s"$prefix$index" -> column
    }

  /** Escapes text between tags. Characters that XML 1.0 does not allow become U+FFFD and their code. */
  private[cartograph] def text(value: String): String = if (value.forall(isPlain)) value else escaped(value)

  private def isPlain(char: Char): Boolean = char >= ' ' && char < 127 && char != '&' && char != '<' && char != '>'

  private def escaped(value: String): String = {
    val out = new java.lang.StringBuilder(value.length + 16)
    var index = 0
    while (index < value.length) {
      val point = value.codePointAt(index)
      point match {
        case '&' => out.append("&amp;")
        case '<' => out.append("&lt;")
        case '>' => out.append("&gt;")
        // An XML parser would turn it into a line feed.
        case '\r' => out.append("&#13;")
        case other if isXml(other) => out.appendCodePoint(other)
        // The code is appended, so that two different ids stay different.
        case other => out.append(f"\ufffd$other%04x")
      }
      index += Character.charCount(point)
    }
    out.toString
  }

  /** Escapes text between quotes. Tabs and line feeds are escaped, because an XML parser would turn them into spaces. */
  private[cartograph] def attribute(value: String): String =
    if (value.forall(char => isPlain(char) && char != '"')) value
    else text(value).replace("\"", "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")

  /** Returns true for a Char of https://www.w3.org/TR/xml/#charsets. */
  private def isXml(point: Int): Boolean =
    point == 0x9 || point == 0xa || point == 0xd || (point >= 0x20 && point <= 0xd7ff) ||
      (point >= 0xe000 && point <= 0xfffd) || point >= 0x10000
}
