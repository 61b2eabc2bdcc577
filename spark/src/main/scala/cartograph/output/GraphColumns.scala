package cartograph.output

import cartograph.graph.Vertex
import cartograph.platform.Columns.{optional, required}
import cartograph.platform.{ColumnKind, Columns}

/** The columns of the graph's tables, the same in CSV, Parquet and GraphML. */
object GraphColumns {
  val OfVertices: Columns[Vertex] = Columns(
    "vertex",
    Seq(
      required("id", ColumnKind.Text)(_.typedId),
      required("kind", ColumnKind.Text)(vertex => if (vertex.isUser) "user" else "product"),
      required("label", ColumnKind.Text)(_.label),
      optional("first_sale_ms", ColumnKind.Int64)(vertex => Option.when(vertex.activity.sales > 0)(vertex.activity.firstMs)),
      optional("last_sale_ms", ColumnKind.Int64)(vertex => Option.when(vertex.activity.sales > 0)(vertex.activity.lastMs)),
      required("sales", ColumnKind.Int64)(_.activity.sales),
      required("degree", ColumnKind.Int32)(_.degree),
      required("in_degree", ColumnKind.Int32)(_.facts.inDegree),
      required("out_degree", ColumnKind.Int32)(_.facts.outDegree),
      required("pagerank", ColumnKind.Decimal)(_.facts.pageRank),
      required("component", ColumnKind.Int64)(_.facts.component),
      optional("community", ColumnKind.Int32)(_.community)
    )
  )

  val OfEdges: Columns[GraphEdge] = Columns(
    "edge",
    Seq(
      required("source", ColumnKind.Text)(_.source),
      required("target", ColumnKind.Text)(_.target),
      required("kind", ColumnKind.Text)(_.kind),
      optional("list", ColumnKind.Text)(_.list),
      optional("rank", ColumnKind.Int32)(_.rank),
      optional("score", ColumnKind.Decimal)(_.score),
      optional("count", ColumnKind.Int32)(_.bought.map(_.count)),
      optional("last_sale_ms", ColumnKind.Int64)(_.bought.map(_.lastMs)),
      required("run", ColumnKind.Int32)(_.run)
    )
  )
}
