package cartograph.output

import org.apache.spark.rdd.RDD

import cartograph.graph.{Bought, GraphCounts, Link, LinkKind, NeighbourTable, Vertex, VertexIds}
import cartograph.platform.Columns.{optional, required}
import cartograph.platform.{ColumnKind, Columns, FileParts, RunFile, RunFiles}

/** An edge of the graph as a file tells it; `source` and `target` are typed ids. */
final case class GraphEdge(
    source: String,
    target: String,
    kind: String,
    list: Option[String],
    rank: Option[Int],
    score: Option[Double],
    bought: Option[Bought],
    run: Int
)

/** The graph as files that other tools open: CSV, Parquet and GraphML, all with the same columns. */
object GraphFiles {
  val MaxGraphMlEdges = 1000000L

  /** Why there is no GraphML; None if there is. */
  def graphMlLeftOut(edges: Long): Option[String] = Option.when(edges > MaxGraphMlEdges)(
    s"graph.graphml is left out: the graph has ${GraphCounts.told(edges)} edges, and a program that reads GraphML holds all of them in memory; it is written up to ${GraphCounts.told(MaxGraphMlEdges)}"
  )

  /**
   * Vertices in order of id; edges in order of user, kind, list, rank and product, behind them those between products.
   *
   * @return a job for each format, the longest first
   */
  def writes(
      files: RunFiles,
      run: Int,
      vertices: RDD[Vertex],
      edges: RDD[GraphEdge],
      counts: GraphCounts
  ): Seq[() => Seq[RunFile]] = {
    val inOrder = vertices.sortBy(_.typedId, numPartitions = FileParts.partsFor(counts.vertices))
    val edgeRows = FileParts.inParts(edges, counts.edges)
    val tables = Seq(
      () => files.csv("graph/vertices", VertexColumns.names, inOrder.map(VertexColumns.texts)),
      () => files.parquet("graph/vertices", VertexColumns.schema, inOrder)(VertexColumns.fill),
      () => files.csv("graph/edges", EdgeColumns.names, edgeRows.map(EdgeColumns.texts)),
      () => files.parquet("graph/edges", EdgeColumns.schema, edgeRows)(EdgeColumns.fill)
    )
    if (graphMlLeftOut(counts.edges).nonEmpty) tables
    else (() => Seq(GraphMl.write(files, "graph/graph.graphml", run, inOrder, edges))) +: tables
  }

  /** Edges between users and products, behind them those between products. */
  def edgesOf(run: Int, links: RDD[Link], table: NeighbourTable): RDD[GraphEdge] = {
    val ids = table.products.map(product => product.number -> product.id).toMap
    val similar = table.similar.toSeq.map { edge =>
      val (source, target) = (VertexIds.ofProduct(ids(edge.source)), VertexIds.ofProduct(ids(edge.target)))
      GraphEdge(source, target, "similar", None, Some(edge.rank), Some(edge.score), None, run)
    }
    links.map(edgeOf(run, _)) ++ links.sparkContext.parallelize(similar, 1)
  }

  private def edgeOf(run: Int, link: Link): GraphEdge = {
    val isBought = link.kind == LinkKind.Bought
    GraphEdge(
      VertexIds.ofUser(link.userId),
      VertexIds.ofProduct(link.product.id),
      if (isBought) "bought" else "recommended",
      Option.unless(isBought)(LinkKind.listName(link.kind)),
      Option.unless(isBought)(link.rank),
      Option.unless(isBought)(link.score),
      Option.when(isBought)(link.bought),
      run
    )
  }

  val VertexColumns: Columns[Vertex] = Columns(
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

  val EdgeColumns: Columns[GraphEdge] = Columns(
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
