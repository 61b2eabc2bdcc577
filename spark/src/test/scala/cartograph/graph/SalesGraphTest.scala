package cartograph.graph

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode

import cartograph.platform.Documents
import cartograph.{Fixtures, SparkSuite}

/** Compares with networkx: test/spark/graphs.py wrote its results for random graphs to test/fixtures/graphs.json. */
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

  test("every vertex with an edge has one entry; a user and a product with the same number are two vertices") {
    assert(graphs.size === 6)
    for ((facts, expected) <- graphs) assert(facts.keySet === expected.map(_.number).toSet)
  }

  test("degrees equal those of networkx: parallel edges count separately") {
    for ((facts, expected) <- graphs; vertex <- expected)
      assert((facts(vertex.number).inDegree, facts(vertex.number).outDegree) === ((vertex.inDegree, vertex.outDegree)))
  }

  test("PageRank equals that of networkx times the number of vertices, also for products with edges to each other or with none") {
    for ((facts, expected) <- graphs; vertex <- expected)
      assert(math.abs(facts(vertex.number).pageRank - vertex.pageRank) < 1e-6)
  }

  test("components equal those of networkx, each named by its smallest vertex") {
    for ((facts, expected) <- graphs; (_, members) <- expected.groupBy(_.component))
      assert(members.map(member => facts(member.number).component).distinct === Seq(members.map(_.number).min))
  }

  test("a forest connects the same vertices, from the smallest of each component, for any order of edges") {
    val edges = Seq((1L, 2L), (5L, 4L), (2L, 3L), (3L, 1L), (4L, 6L), (2L, 1L))
    assert(SalesGraph.forest(edges.iterator).toSeq === Seq((1L, 2L), (1L, 3L), (4L, 5L), (4L, 6L)))
    assert(SalesGraph.forest(edges.reverse.iterator).toSeq === SalesGraph.forest(edges.iterator).toSeq)
  }

  test("an empty graph has no vertices") {
    assert(SalesGraph.facts(sc.parallelize(Seq.empty[(Int, Array[Int])], 2), Nil, blocks = 2).collect().isEmpty)
  }
}

object SalesGraphTest {
  final case class Expected(number: Long, inDegree: Int, outDegree: Int, pageRank: Double, component: Int)
}
