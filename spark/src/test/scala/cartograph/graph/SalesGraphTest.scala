package cartograph.graph

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode

import cartograph.platform.Documents
import cartograph.{Fixtures, SparkSuite}

/** Beside networkx: test/fixtures/graphs.json holds its answers for random graphs; test/spark/graphs.py wrote it. */
class SalesGraphTest extends SparkSuite {
  import SalesGraphTest._

  private def pairs(node: JsonNode): Seq[(Int, Int)] =
    node.elements.asScala.map(pair => (pair.get(0).asInt, pair.get(1).asInt)).toSeq
  private def numberOf(id: String): Long = {
    val number = id.drop(2).toInt
    if (id.startsWith("u:")) SalesGraph.userVertex(number) else SalesGraph.productVertex(number)
  }

  private lazy val graphs =
    Documents.parse("graphs.json", Fixtures.text("graphs.json")).get("graphs").elements.asScala.toSeq.map { graph =>
      val links = sc.parallelize(pairs(graph.get("links")), 4).groupByKey(4).mapValues(_.toArray)
      val facts = SalesGraph.facts(links, pairs(graph.get("similar")), blocks = 3).collect()
      val expected = graph.get("vertices").elements.asScala.toSeq.map { vertex =>
        def at(name: String): JsonNode = vertex.get(name)
        Expected(
          numberOf(at("id").asText),
          at("inDegree").asInt,
          at("outDegree").asInt,
          at("pageRank").asDouble,
          at("component").asInt
        )
      }
      (facts.map(each => each.number -> each).toMap, expected)
    }

  test("every vertex with an edge is there once; a user and a product with the same number are two") {
    assert(graphs.size === 6)
    for ((facts, expected) <- graphs) assert(facts.keySet === expected.map(_.number).toSet)
  }

  test("degrees are those of networkx: every edge counts, parallel ones too") {
    for ((facts, expected) <- graphs; vertex <- expected)
      assert((facts(vertex.number).inDegree, facts(vertex.number).outDegree) === ((vertex.inDegree, vertex.outDegree)))
  }

  test("PageRank is that of networkx times the number of vertices, also of products that lead to each other and to nothing") {
    for ((facts, expected) <- graphs; vertex <- expected)
      assert(math.abs(facts(vertex.number).pageRank - vertex.pageRank) < 1e-6)
  }

  test("components are those of networkx, each named by its first vertex") {
    for ((facts, expected) <- graphs; (_, members) <- expected.groupBy(_.component))
      assert(members.map(member => facts(member.number).component).distinct === Seq(members.map(_.number).min))
  }

  test("a forest connects what the edges connect, from the first vertex of each component, whatever their order") {
    val edges = Seq((1L, 2L), (5L, 4L), (2L, 3L), (3L, 1L), (4L, 6L), (2L, 1L))
    assert(SalesGraph.forest(edges.iterator).toSeq === Seq((1L, 2L), (1L, 3L), (4L, 5L), (4L, 6L)))
    assert(SalesGraph.forest(edges.reverse.iterator).toSeq === SalesGraph.forest(edges.iterator).toSeq)
  }

  test("a graph of nothing has no vertices") {
    assert(SalesGraph.facts(sc.parallelize(Seq.empty[(Int, Array[Int])], 2), Nil, blocks = 2).collect().isEmpty)
  }
}

object SalesGraphTest {
  final case class Expected(number: Long, inDegree: Int, outDegree: Int, pageRank: Double, component: Int)
}
