package cartograph.graph

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD

import cartograph.lists.Ranking
import cartograph.sales.{Product, Purchases, Shop}

/**
 * The communities of users and products. They are numbered by size: 0 has the most users and products. Of communities of the
 * same size, the one with more similar products comes first, then the one with the smallest product number.
 *
 * @param users           user number to community, partitioned as the purchases; [[Communities.NoCommunity]] if none of the
 *                        user's products has a community
 * @param products        product number to the product and its community
 * @param similarProducts communities of the similar products, by place in the [[NeighbourTable]]
 * @param modularity      of the similar products, each edge weighted by its score; None if there are no communities
 */
final class Communities(
    val users: RDD[(Int, Int)],
    val products: RDD[(Int, (Product, Int))],
    val similarProducts: Array[Int],
    val count: Int,
    val modularity: Option[Double]
)

/**
 * Finds communities of products that the same users buy, by [[Louvain]], and assigns users to them:
 *
 *  1. Products that are similar to others: by the undirected edges `similar`, weighted by score.
 *  1. Users: the community of most of their purchased products.
 *  1. Products that are similar to nothing: the community of most of their buyers.
 *
 * Ties go to the community with more similar products, then to the one with the smallest product number.
 */
object Communities {
  val NoCommunity: Int = -1

  /** Scores have six decimals, so these weights are whole numbers. */
  private val WeightPerScore = 1e6

  /** Looks up the community of a similar product in tasks. */
  private final class SimilarCommunities(table: Broadcast[NeighbourTable], byPlace: Broadcast[Array[Int]]) extends Serializable {
    def communityOf(product: Int): Int = {
      val place = table.value.placeOf(product)
      if (place < 0) NoCommunity else byPlace.value(place)
    }
  }

  /** Finds the communities. @param purchases net purchases of every user, partitioned by `shop.byUser` */
  def of(shop: Shop, purchases: RDD[(Int, Purchases)], table: Broadcast[NeighbourTable]): Communities = {
    val blocks = shop.byUser.numPartitions
    val found = Louvain.communities(table.value.products.length, weights(table.value))
    // First numbered by their similar products: the final order needs all members, which are known only at the end.
    val byPlace = renamed(found.communities, largestFirst(found.communities))
    val similar = new SimilarCommunities(table, purchases.sparkContext.broadcast(byPlace))
    val users = purchases.mapValues(bought => mostFrequent(bought.products.iterator.map(similar.communityOf(_) -> 1L)))
    val otherProducts = purchases
      .join(users)
      .flatMap { case (_, (bought, community)) =>
        val others = bought.products.iterator.filter(similar.communityOf(_) == NoCommunity)
        if (community == NoCommunity) Iterator.empty else others.map(product => (product, community) -> 1L)
      }
      .reduceByKey(_ + _, blocks)
      .map { case ((product, community), lines) => product -> Seq(community -> lines) }
      .reduceByKey(_ ++ _)
      .mapValues(buyers => mostFrequent(buyers.iterator))
    // One count per community reaches the driver. There are at most as many communities as similar products: 16,384.
    val members = byPlace.toSeq.map(_ -> 1L) ++ users.values.countByValue() ++ otherProducts.values.countByValue()
    val numbers = purchases.sparkContext.broadcast(largestFirst(members))
    val products = shop.products.map(product => product.number -> product).leftOuterJoin(otherProducts, blocks).map {
      case (number, (product, other)) =>
        number -> (product -> numbers.value.getOrElse(other.getOrElse(similar.communityOf(number)), NoCommunity))
    }
    val count = numbers.value.size
    new Communities(
      users = users.mapValues(numbers.value.getOrElse(_, NoCommunity)),
      products = products,
      similarProducts = renamed(byPlace, numbers.value),
      count = count,
      modularity = Option.when(count > 0)(Ranking.rounded(found.modularity))
    )
  }

  /** Returns the edges `similar`: two places in the table, and the weight. */
  private def weights(table: NeighbourTable): Seq[(Int, Int, Long)] = table.similar.toSeq.map { edge =>
    (table.placeOf(edge.source), table.placeOf(edge.target), math.round(edge.score * WeightPerScore))
  }

  /** Returns the community with the highest count; of several, the smallest number. */
  private def mostFrequent(counts: Iterator[(Int, Long)]): Int =
    summed(counts.toSeq)
      .minByOption { case (community, count) => (-count, community) }
      .fold(NoCommunity) { case (community, _) => community }

  /** Sums the counts of each community, without [[NoCommunity]]. */
  private def summed(counts: Seq[(Int, Long)]): Map[Int, Long] =
    counts
      .filter { case (community, _) => community != NoCommunity }
      .groupMapReduce { case (community, _) => community } { case (_, count) => count }(_ + _)

  private def largestFirst(communities: Array[Int]): Map[Int, Int] = largestFirst(communities.toSeq.map(_ -> 1L))

  /** Returns new numbers for communities: 0 for the largest. Communities of the same size keep their order. */
  private def largestFirst(members: Seq[(Int, Long)]): Map[Int, Int] =
    summed(members).toSeq
      .sortBy { case (community, size) => (-size, community) }
      .map { case (community, _) => community }
      .zipWithIndex
      .toMap

  private def renamed(communities: Array[Int], numbers: Map[Int, Int]): Array[Int] =
    communities.map(numbers.getOrElse(_, NoCommunity))
}
