package cartograph.graph

import org.apache.spark.rdd.RDD

import cartograph.features.{Neighbours, Together}
import cartograph.lists.{Ranking, Selection}
import cartograph.sales.Product

/** `rank` counts from 1; `score` is the strength of [[Together.Users]], rounded, more than 0. Numbers of products. */
final case class SimilarEdge(source: Int, target: Int, rank: Int, score: Double)

/**
 * All that [[Similar]] knows, on one machine. Bounded: 16,384 products, three kinds, 100 neighbours each, 40 MB at most.
 *
 * @param products in the order of numbers; elsewhere a product is its place here
 * @param starts   by kind of [[Together]]: the neighbours of place i are starts(i) until starts(i + 1)
 * @param targets  by kind: places
 */
final class NeighbourTable(
    val products: Array[Product],
    starts: Array[Array[Int]],
    targets: Array[Array[Int]],
    strengths: Array[Array[Float]]
) extends Serializable {
  private val numbers = products.map(_.number)

  def sizeBytes: Long = 100L * products.length + 4L * (starts.map(_.length.toLong).sum + 2 * targets.map(_.length.toLong).sum)

  /** Negative where Similar does not know the product. */
  def placeOf(product: Int): Int = java.util.Arrays.binarySearch(numbers, product)

  /** Goes through the neighbours of a place, of all kinds: a target comes once per kind. */
  def foreach(place: Int)(body: (Int, Double) => Unit): Unit = starts.indices.foreach(foreachOf(_, place)(body))

  // Strengths as doubles: a function of floats would make an object of each.
  private def foreachOf(kind: Int, place: Int)(body: (Int, Double) => Unit): Unit = {
    var link = starts(kind)(place)
    while (link < starts(kind)(place + 1)) {
      body(targets(kind)(link), strengths(kind)(link).toDouble)
      link += 1
    }
  }

  /** The products that are bought by the same users, best first, ties by number; in the order of sources. */
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

  /** Best first; empty where the product is similar to nothing. */
  def similarTo(product: Int): Seq[SimilarEdge] = bySource.get(product).fold(Seq.empty[SimilarEdge])(_.toSeq)
}

object NeighbourTable {
  val SimilarPerProduct = 10

  /** @param neighbours by product, one entry per kind of [[Together]], as [[Similar]] finds them */
  def of(neighbours: RDD[(Int, Array[Neighbours])], products: RDD[Product]): NeighbourTable = {
    val found = neighbours.collect().sortBy(_._1)
    val numbers = found.map(_._1)
    val known = neighbours.sparkContext.broadcast(numbers)
    val named =
      products.filter(product => java.util.Arrays.binarySearch(known.value, product.number) >= 0).collect().sortBy(_.number)
    def byKind[Part](part: Int => Part)(implicit tag: scala.reflect.ClassTag[Part]): Array[Part] =
      Array.tabulate(Together.Count)(part)
    new NeighbourTable(
      named,
      byKind(kind => found.map(_._2(kind).products.length).scanLeft(0)(_ + _)),
      byKind(kind => found.flatMap(_._2(kind).products.map(java.util.Arrays.binarySearch(numbers, _)))),
      byKind(kind => found.flatMap(_._2(kind).strengths))
    )
  }
}
