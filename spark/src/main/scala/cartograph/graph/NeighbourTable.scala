package cartograph.graph

import org.apache.spark.rdd.RDD

import cartograph.features.{Neighbours, Together}
import cartograph.lists.{Ranking, Selection}
import cartograph.sales.Product

/**
 * An edge between two products that the same users buy.
 *
 * @param source number of the product
 * @param target number of the similar product
 * @param rank   rank among the similar products of `source`, from 1
 * @param score  rounded strength of [[Together.Users]], more than 0
 */
final case class SimilarEdge(source: Int, target: Int, rank: Int, score: Double)

/**
 * All neighbours that [[Similar]] found, in the memory of one machine. It takes at most 40 MB: 16,384 products with 100
 * neighbours of each of three kinds.
 *
 * @param products  sorted by number; the place of a product is its index here
 * @param starts    by kind of [[Together]]: the neighbours of place i are at the positions starts(i) until starts(i + 1)
 * @param targets   by kind: places of the neighbours
 * @param strengths by kind: strengths of the neighbours
 */
final class NeighbourTable(
    val products: Array[Product],
    starts: Array[Array[Int]],
    targets: Array[Array[Int]],
    strengths: Array[Array[Float]]
) extends Serializable {
  private val numbers = products.map(_.number)

  def sizeBytes: Long = 100L * products.length + 4L * (starts.map(_.length.toLong).sum + 2 * targets.map(_.length.toLong).sum)

  /** Returns the place of a product by its number; negative if the table does not have it. */
  def placeOf(product: Int): Int = java.util.Arrays.binarySearch(numbers, product)

  /** Calls `body` with the place and the strength of each neighbour, up to once per kind of [[Together]]. */
  def foreach(place: Int)(body: (Int, Double) => Unit): Unit = starts.indices.foreach(foreachOf(_, place)(body))

  // Strengths are passed as doubles, because Scala does not specialise functions of floats and would box each strength.
  private def foreachOf(kind: Int, place: Int)(body: (Int, Double) => Unit): Unit = {
    var link = starts(kind)(place)
    while (link < starts(kind)(place + 1)) {
      body(targets(kind)(link), strengths(kind)(link).toDouble)
      link += 1
    }
  }

  /** For each product the most similar ones by [[Together.Users]], best first, ties by number. Sorted by source. */
  @transient lazy val similar: Array[SimilarEdge] = products.indices.flatMap { place =>
    val best = new Selection(NeighbourTable.SimilarPerProduct)
    foreachOf(Together.Users, place) { (target, strength) =>
      val score = Ranking.rounded(strength)
      if (score > 0) best.offer(numbers(target), score)
    }
    best.result.iterator.zipWithIndex.map { case (ranked, index) =>
      SimilarEdge(numbers(place), ranked.product, index + 1, ranked.score)
    }
  }.toArray

  @transient private lazy val bySource: Map[Int, Array[SimilarEdge]] = similar.groupBy(_.source)

  /** Returns the edges `similar` of a product, best first; empty if it is similar to nothing. */
  def similarTo(product: Int): Seq[SimilarEdge] = bySource.get(product).fold(Seq.empty[SimilarEdge])(_.toSeq)
}

object NeighbourTable {
  val SimilarPerProduct: Int = 10

  /**
   * Collects the neighbours on the driver; [[Similar]] limits how many there are.
   *
   * @param neighbours by product number, one element per kind of [[Together]]
   */
  def of(neighbours: RDD[(Int, Array[Neighbours])], products: RDD[Product]): NeighbourTable = {
    val (numbers, found) = neighbours.collect().sortBy { case (product, _) => product }.unzip
    val known = neighbours.sparkContext.broadcast(numbers)
    val named = products
      .filter(product => java.util.Arrays.binarySearch(known.value, product.number) >= 0)
      .collect()
      .sortBy(_.number)
    def byKind[Part](part: Int => Part)(implicit tag: scala.reflect.ClassTag[Part]): Array[Part] =
      Array.tabulate(Together.Count)(part)
    new NeighbourTable(
      products = named,
      starts = byKind(kind => found.map(_(kind).products.length).scanLeft(0)(_ + _)),
      targets = byKind(kind => found.flatMap(_(kind).products.map(java.util.Arrays.binarySearch(numbers, _)))),
      strengths = byKind(kind => found.flatMap(_(kind).strengths))
    )
  }
}
