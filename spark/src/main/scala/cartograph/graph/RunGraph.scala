package cartograph.graph

import org.apache.spark.rdd.RDD

/**
 * The recommendation graph of a run, as the files and summaries of the run read it.
 *
 * @param run      number of the run
 * @param vertices all vertices with a link, in no order
 * @param links    all links, sorted as by [[Links.of]]
 */
final case class RunGraph(run: Int, vertices: RDD[Vertex], links: RDD[Link], counts: GraphCounts, totals: VertexTotals)
