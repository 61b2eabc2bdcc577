package cartograph.output

import org.scalatest.funsuite.AnyFunSuite

class GraphMlTest extends AnyFunSuite {

  test("text is escaped; letters and emoji are not changed") {
    assert(GraphMl.text("<script> & \"émoji 🛒\"") === "&lt;script&gt; &amp; \"émoji 🛒\"")
    assert(GraphMl.attribute("a\"b\tc\nd\re") === "a&quot;b&#9;c&#10;d&#13;e")
  }

  test("characters that XML 1.0 does not allow are replaced, each by another text, so that different ids stay different") {
    assert(GraphMl.text("a\u0001b\u0000") === "a\ufffd0001b\ufffd0000")
    assert(GraphMl.text("\ud800x\uffff") === "\ufffdd800x\ufffdffff")
  }

  test("with more than a million edges GraphML is left out, with a reason") {
    assert(GraphFiles.graphMlLeftOut(1000000) === None)
    assert(GraphFiles.graphMlLeftOut(1000001).exists(_.startsWith("graph.graphml is left out: the graph has 1,000,001 edges")))
  }
}
