package cartograph

import com.fasterxml.jackson.databind.JsonNode
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
import cartograph.platform.{Broadcasts, ParallelJobs, RunFile}
import cartograph.sales.{PurchaseSet, Shop, Tombstones}

/**
 * The graph of a run, and its files.
 *
 * @param links        all links, sorted as by [[Links.of]]
 * @param vertices     all vertices with a link, in no order
 * @param explanations explains recommendations; it also has the table of similar products
 */
final class GraphRun private (
    context: RunContext,
    shop: Shop,
    val links: RDD[Link],
    vertices: RDD[Vertex],
    communities: Communities,
    explanations: Broadcast[Explanations]
) {
  private val runFiles = context.files
  private val run = context.run
  private val blocks = shop.byUser.numPartitions
  private val table = explanations.value.table
  private val totals = VertexTotals.of(vertices)
  val counts: GraphCounts = GraphCounts.of(totals, links, table, communities)
  private val graph = RunGraph(run, vertices, links, counts, totals)

  /** Makes `counts` of the manifest. */
  def manifestCounts: JsonNode = obj(
    "users" -> counts.users,
    "products" -> counts.products,
    "pairs" -> counts.bought,
    "recommendations" -> counts.recommended,
    "vertices" -> counts.vertices,
    "edges" -> counts.edges
  )

  /**
   * Writes the JSON documents.
   *
   * @param tombstones users who are left out of the comparison with the previous run
   */
  def documents(purchases: PurchaseSet, tombstones: Tombstones): Seq[RunFile] = {
    val components = GraphFacts.components(vertices, blocks)
    ParallelJobs.run(Seq[() => RunFile](
      () => runFiles.json("graph.json", GraphFacts.document(graph, components, communities)),
      () => runFiles.json("diff.json", new Differences(context.sc, context.lake, tombstones).document(graph, shop)),
      () => runFiles.json("summary/graph.json", GraphSummary.document(graph, components.count)),
      () => runFiles.compactJson("summary/network.json", Network.document(graph, table)),
      () => runFiles.json("summary/degrees.json", Summaries.degrees(totals)),
      () => runFiles.json("summary/products.json", Summaries.products(vertices, totals)),
      () => runFiles.json("summary/users.json", Summaries.users(purchases.interactions, vertices, links)),
      () =>
        runFiles.json(
          "summary/sales.json",
          SalesOverTime.document(purchases.interactions, purchases.time.startMs, purchases.time.nowMs)
        )
    ))
  }

  /** Writes the graph in all formats, and the explorer. */
  def files: Seq[RunFile] = ParallelJobs.run(
    GraphFiles.writes(runFiles, graph, GraphFiles.edgesOf(graph, table)) :+
      (() => Explorer.write(runFiles, graph, explanations))
  ).flatten
}

object GraphRun {

  /**
   * Computes the graph, step by step, and persists it.
   *
   * @param lists    lists by user
   * @param snapshot purchases and neighbours at the moment that the lists are made for
   */
  def of(context: RunContext, shop: Shop, lists: RDD[(Int, Lists)], snapshot: Snapshot): GraphRun = {
    val (sc, steps) = (context.sc, context.steps)
    val blocks = shop.byUser.numPartitions
    val table = steps("similar") {
      val known = NeighbourTable.of(snapshot.neighbours, shop.products)
      Broadcasts.checked(sc, "similar products", known, known.sizeBytes)
    }
    val communities = steps("communities")(Communities.of(shop, snapshot.purchases, table))
    val links = steps("recommend") {
      val all = Links.of(shop, snapshot.purchases, lists, communities)
      all.count()
      all
    }
    val facts = steps("graph") {
      val linked = links.mapPartitions { rows =>
        Links.byUser(rows).map(ofUser => ofUser.head.user -> ofUser.map(_.product.number).toArray)
      }
      val similar = table.value.similar.toSeq.map(edge => (edge.source, edge.target))
      val all = SalesGraph.facts(linked, similar, blocks).persist(StorageLevel.MEMORY_AND_DISK)
      all.count()
      all
    }
    steps("vertices") {
      val moment = snapshot.moment
      val reasons = new Explanations(table.value, moment.asOfMs, moment.horizonMs)
      val explanations = Broadcasts.checked(sc, "reasons", reasons, table.value.sizeBytes)
      new GraphRun(
        context = context,
        shop = shop,
        links = links,
        vertices = Vertices.of(links, facts, blocks),
        communities = communities,
        explanations = explanations
      )
    }
  }
}
