package cartograph.graph

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD

import cartograph.lists.Ranking
import cartograph.sales.{Product, Purchases, Shop}

/**
 * Who belongs together, by number of the community: 0 is the one of most users and products, then the one of more products, then the one with the smallest product.
 *
 * @param users      by user, placed as the purchases; [[Communities.Without]] for those who bought nothing of any community
 * @param products   by product: the product and its community
 * @param ofSimilar  of the similar products, by place in the table of neighbours
 * @param modularity of the similar products, each edge weighted by its score; None where nothing is similar
 */
final class Communities(
    val users: RDD[(Int, Int)],
    val products: RDD[(Int, (Product, Int))],
    val ofSimilar: Array[Int],
    val count: Int,
    val modularity: Option[Double]
)

/**
 * Communities of products that the same users buy, by [[Louvain]], and the users in them.
 *
 *   products  that are similar to others: by the edges `similar`, weighted by score, whatever their direction
 *   users     the community of most of their purchases
 *   products  that are similar to nothing: the community of most of their purchases, each counted for its buyer's community
 *
 * Of equally many the community with more products, then the one with the smallest product.
 */
object Communities {
  val Without: Int = -1
  /** Scores have six decimals: these parts are whole. */
  private val PerScore = 1e6

  /** Communities of the similar products, for every task. */
  private final class Similar(table: Broadcast[NeighbourTable], communities: Broadcast[Array[Int]]) extends Serializable {
    def of(product: Int): Int = {
      val place = table.value.placeOf(product)
      if (place < 0) Without else communities.value(place)
    }
  }

  def of(shop: Shop, purchases: RDD[(Int, Purchases)], table: Broadcast[NeighbourTable]): Communities = {
    val blocks = shop.byUser.numPartitions
    val found = Louvain.communities(table.value.products.length, weights(table.value))
    val of = renamed(found.of, largestFirst(found.of))
    // By number of products for now: the largest are known when everybody has a place.
    val similar = new Similar(table, purchases.sparkContext.broadcast(of))
    val users = purchases.mapValues(theirs => most(theirs.products.iterator.map(product => similar.of(product) -> 1L)))
    val others = purchases
      .join(users)
      .flatMap { case (_, (theirs, community)) =>
        if (community == Without) Iterator.empty
        else theirs.products.iterator.filter(similar.of(_) == Without).map(product => (product, community) -> 1L)
      }
      .reduceByKey(_ + _, blocks)
      .map { case ((product, community), lines) => product -> Seq(community -> lines) }
      .reduceByKey(_ ++ _)
      .mapValues(buyers => most(buyers.iterator))
    val members = of.toSeq.map(_ -> 1L) ++ users.values.countByValue() ++ others.values.countByValue()
    val names = purchases.sparkContext.broadcast(largestFirst(members))
    val products = shop.products.map(product => product.number -> product).leftOuterJoin(others, blocks).map {
      case (number, (product, other)) =>
        number -> (product -> names.value.getOrElse(other.getOrElse(similar.of(number)), Without))
    }
    val count = names.value.size
    new Communities(
      users.mapValues(names.value.getOrElse(_, Without)),
      products,
      renamed(of, names.value),
      count,
      Option.when(count > 0)(Ranking.rounded(found.modularity))
    )
  }

  private def weights(table: NeighbourTable): Seq[(Int, Int, Long)] =
    table.similar.toSeq.map(edge => (table.placeOf(edge.source), table.placeOf(edge.target), math.round(edge.score * PerScore)))

  /** The community of most; of equally many the smallest number. */
  private def most(counts: Iterator[(Int, Long)]): Int =
    counts.filter(_._1 != Without).toSeq.groupMapReduce(_._1)(_._2)(_ + _).minByOption { case (community, count) =>
      (-count, community)
    }
      .fold(Without)(_._1)

  private def largestFirst(of: Array[Int]): Map[Int, Int] = largestFirst(of.toSeq.map(_ -> 1L))

  /** New numbers: the largest is 0, of equally large ones the order stays. */
  private def largestFirst(members: Seq[(Int, Long)]): Map[Int, Int] =
    members.filter(_._1 != Without).groupMapReduce(_._1)(_._2)(_ + _).toSeq
      .sortBy { case (community, size) => (-size, community) }
      .map(_._1).zipWithIndex.toMap

  private def renamed(of: Array[Int], names: Map[Int, Int]): Array[Int] = of.map(names.getOrElse(_, Without))
}
