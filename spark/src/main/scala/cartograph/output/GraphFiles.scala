package cartograph.output

import org.apache.spark.rdd.RDD

import cartograph.graph.{Bought, Link, LinkKind, NeighbourTable, RunGraph, VertexIds}
import cartograph.platform.Numbers.grouped
import cartograph.platform.{FileParts, RunFile, RunFiles}

/**
 * A row of the edge files.
 *
 * @param source typed id
 * @param target typed id
 * @param kind   `bought`, `recommended` or `similar`
 * @param list   of recommendations: `any` or `new`
 * @param rank   of recommendations and similar products, from 1
 * @param score  of recommendations and similar products
 * @param bought of purchases
 */
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

/** The graph as files for other tools: CSV, Parquet and GraphML. */
object GraphFiles {
  val MaxGraphMlEdges: Long = 1000000L

  /** Returns the reason why there is no GraphML file; None if there is one. */
  def graphMlLeftOut(edges: Long): Option[String] = Option.when(edges > MaxGraphMlEdges)(
    s"graph.graphml is left out: the graph has ${grouped(edges)} edges, and a program that reads GraphML holds all of them " +
      s"in memory; it is written up to ${grouped(MaxGraphMlEdges)}"
  )

  /**
   * Prepares the writing of all files. Vertices are sorted by typed id; edges have the order of [[edgesOf]].
   *
   * @return one function per format that writes its files, the slowest first
   */
  def writes(files: RunFiles, graph: RunGraph, edges: RDD[GraphEdge]): Seq[() => Seq[RunFile]] = {
    val inOrder = graph.vertices.sortBy(_.typedId, numPartitions = FileParts.partsFor(graph.counts.vertices))
    val edgeRows = FileParts.inParts(edges, graph.counts.edges)
    val tables = Seq(
      () => files.csv("graph/vertices", GraphColumns.OfVertices.names, inOrder.map(GraphColumns.OfVertices.texts)),
      () => files.parquet("graph/vertices", GraphColumns.OfVertices.schema, inOrder)(GraphColumns.OfVertices.fill),
      () => files.csv("graph/edges", GraphColumns.OfEdges.names, edgeRows.map(GraphColumns.OfEdges.texts)),
      () => files.parquet("graph/edges", GraphColumns.OfEdges.schema, edgeRows)(GraphColumns.OfEdges.fill)
    )
    if (graphMlLeftOut(graph.counts.edges).nonEmpty) tables
    else (() => Seq(GraphMl.write(files, "graph/graph.graphml", graph.run, inOrder, edges))) +: tables
  }

  /** Returns the edges between users and products, sorted by user, kind, list, rank and product, then those between products. */
  def edgesOf(graph: RunGraph, table: NeighbourTable): RDD[GraphEdge] = {
    // Not `graph`, which tasks would otherwise carry.
    val (run, links) = (graph.run, graph.links)
    val ids = table.products.map(product => product.number -> product.id).toMap
    val similar = table.similar.toSeq.map { edge =>
      GraphEdge(
        source = VertexIds.ofProduct(ids(edge.source)),
        target = VertexIds.ofProduct(ids(edge.target)),
        kind = "similar",
        list = None,
        rank = Some(edge.rank),
        score = Some(edge.score),
        bought = None,
        run = run
      )
    }
    links.map(edgeOf(run, _)) ++ links.sparkContext.parallelize(similar, 1)
  }

  private def edgeOf(run: Int, link: Link): GraphEdge = {
    val isBought = link.kind == LinkKind.Bought
    GraphEdge(
      source = VertexIds.ofUser(link.userId),
      target = VertexIds.ofProduct(link.product.id),
      kind = if (isBought) "bought" else "recommended",
      list = Option.unless(isBought)(LinkKind.listName(link.kind)),
      rank = Option.unless(isBought)(link.rank),
      score = Option.unless(isBought)(link.score),
      bought = Option.when(isBought)(link.bought),
      run = run
    )
  }
}
