package cartograph

import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.SparkContext
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.features.Snapshot
import cartograph.graph.{
  Communities, Explanations, GraphCounts, Link, Links, NeighbourTable, RunGraph, SalesGraph, Vertex, VertexTotals, Vertices
}
import cartograph.lists.Lists
import cartograph.output.{Differences, Explorer, GraphFacts, GraphFiles, GraphSummary, Network, SalesOverTime, Summaries}
import cartograph.platform.Documents.obj
import cartograph.platform.{Broadcasts, Lake, ParallelJobs, RunFile, RunFiles, StepTimer}
import cartograph.sales.{Shop, TrainingSet}

/** The graph of a run: what it is made of, once computed, and the files that tell of it. */
final class GraphRun private (
    sc: SparkContext,
    lake: Lake,
    runFiles: RunFiles,
    run: Int,
    shop: Shop,
    val links: RDD[Link],
    vertices: RDD[Vertex],
    communities: Communities,
    explanations: Broadcast[Explanations]
) {
  private val blocks = shop.byUser.numPartitions
  private val table = explanations.value.table
  private val totals = VertexTotals.of(vertices)
  val counts: GraphCounts = GraphCounts.of(totals, links, table, communities)
  private val graph = RunGraph(run, vertices, links, counts, totals)

  def manifestCounts: JsonNode = obj(
    "users" -> counts.users,
    "products" -> counts.products,
    "pairs" -> counts.bought,
    "recommendations" -> counts.recommended,
    "vertices" -> counts.vertices,
    "edges" -> counts.edges
  )

  /** The small documents; `weights` of types of sales. */
  def documents(set: TrainingSet, weights: Map[String, Double]): Seq[RunFile] = {
    val components = GraphFacts.components(vertices, blocks)
    Seq(
      runFiles.json("graph.json", GraphFacts.document(graph, components, communities)),
      runFiles.json("diff.json", Differences.document(sc, lake, graph, shop)),
      runFiles.json("summary/graph.json", GraphSummary.document(graph, components.count)),
      runFiles.compactJson("summary/network.json", Network.document(graph, table)),
      runFiles.json("summary/degrees.json", Summaries.degrees(totals)),
      runFiles.json("summary/products.json", Summaries.products(vertices, totals)),
      runFiles.json("summary/users.json", Summaries.users(set.interactions, vertices, links)),
      runFiles.json(
        "summary/sales.json",
        SalesOverTime.document(set.interactions, weights, set.summary.oldestMs, set.summary.newestMs)
      )
    )
  }

  /** The graph in all formats, and the explorer. */
  def files: Seq[RunFile] = ParallelJobs.run(
    GraphFiles.writes(runFiles, graph, GraphFiles.edgesOf(graph, table)) :+
      (() => Explorer.write(runFiles, graph, explanations))
  ).flatten
}

object GraphRun {

  def of(
      sc: SparkContext,
      lake: Lake,
      files: RunFiles,
      run: Int,
      shop: Shop,
      lists: RDD[(Int, Lists)],
      now: Snapshot,
      steps: StepTimer
  ): GraphRun = {
    val blocks = shop.byUser.numPartitions
    val table = steps("similar") {
      val known = NeighbourTable.of(now.neighbours, shop.products)
      Broadcasts.checked(sc, "similar products", known, known.sizeBytes)
    }
    val communities = steps("communities")(Communities.of(shop, now.purchases, table))
    val links = steps("recommend") {
      val all = Links.of(shop, now.purchases, lists, communities)
      all.count()
      all
    }
    val facts = steps("graph") {
      val linked = links.mapPartitions(Links.byUser(_).map(theirs => theirs.head.user -> theirs.map(_.product.number).toArray))
      val similar = table.value.similar.toSeq.map(edge => (edge.source, edge.target))
      val all = SalesGraph.facts(linked, similar, blocks).persist(StorageLevel.MEMORY_AND_DISK)
      all.count()
      all
    }
    steps("vertices") {
      val explanations =
        Broadcasts.checked(sc, "reasons", new Explanations(table.value, now.asOfMs, now.horizonMs), table.value.sizeBytes)
      new GraphRun(sc, lake, files, run, shop, links, Vertices.of(links, facts, blocks), communities, explanations)
    }
  }
}
