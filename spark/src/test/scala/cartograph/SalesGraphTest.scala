package cartograph

class SalesGraphTest extends SparkSuite {

  /** Several components: users 0–39 with products 0–19, then users 40–59 each with a product of their own. */
  private val edges: Seq[(Int, Int)] = {
    val random = new scala.util.Random(11)
    Seq.fill(90)((random.nextInt(40), random.nextInt(20))) ++ (40 until 60).map(user => (user, user))
  }
  private lazy val facts = SalesGraph.facts(sc.parallelize(edges, 4), blocks = 3).collect().map(each => each.number -> each).toMap
  private val vertices = edges.flatMap { case (user, product) => Seq(user * 2L, product * 2L + 1) }.distinct

  test("every vertex with an edge is there once; a user and a product with the same number are two") {
    assert(facts.keySet === vertices.toSet)
    assert(facts.contains(SalesGraph.userVertex(45)) && facts.contains(SalesGraph.productVertex(45)))
  }

  test("degrees count every edge, parallel ones too; users have only out-, products only in-degree") {
    for ((number, found) <- facts) {
      val count = edges.count { case (user, product) => user * 2L == number || product * 2L + 1 == number }
      assert((found.outDegree, found.inDegree) === (if (number % 2 == 0) (count, 0) else (0, count)))
    }
  }

  test("a component is named by its first vertex, as a search from vertex to vertex finds it") {
    val neighbours = edges.flatMap { case (user, product) => Seq(user * 2L -> (product * 2L + 1), (product * 2L + 1) -> user * 2L) }
      .groupMap(_._1)(_._2)
    @scala.annotation.tailrec
    def reach(seen: Set[Long], frontier: Set[Long]): Set[Long] =
      if (frontier.isEmpty) seen else reach(seen ++ frontier, frontier.flatMap(neighbours) -- seen -- frontier)
    for ((number, found) <- facts) assert(found.component === reach(Set.empty, Set(number)).min)
  }

  test("PageRank is the fixed point of 0.15 + 0.85 * sum of rank / out-degree, scaled to a mean of 1") {
    val out = edges.groupBy(_._1).map { case (user, of) => user -> of.size }
    val raw = vertices.map { number =>
      val incoming = edges.collect { case (user, product) if product * 2L + 1 == number => 0.15 / out(user) }
      number -> (0.15 + 0.85 * incoming.sum)
    }.toMap
    val scale = vertices.size / raw.values.sum
    for ((number, found) <- facts) assert(math.abs(found.pageRank - raw(number) * scale) < 2e-6)
  }
}
