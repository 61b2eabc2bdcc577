package cartograph.graph

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.lists.{Lists, Ranked}
import cartograph.sales.{Product, Purchases, Shop}

/** How a user and a product are linked. `order` is the order in files. */
sealed abstract class LinkKind(val order: Int) extends Serializable
object LinkKind {
  /** The user bought the product, net of returns. */
  case object Bought extends LinkKind(0)
  /** The product is in the user's list `any`. */
  case object RecommendedAny extends LinkKind(1)
  /** The product is in the user's list `new`. */
  case object RecommendedNew extends LinkKind(2)

  /** Sorted by `order`. */
  val all: Seq[LinkKind] = Seq(Bought, RecommendedAny, RecommendedNew)

  /** Returns the name of a recommendation's list in files. */
  def listName(kind: LinkKind): String = if (kind == LinkKind.RecommendedNew) "new" else "any"
}

/** How many baskets of a user contain a product, and the times of the first and last purchase, epoch ms. */
final case class Bought(count: Int, firstMs: Long, lastMs: Long)

object Bought {
  /** Neutral for minimum and maximum. */
  val Never: Bought = Bought(0, Long.MaxValue, Long.MinValue)
}

/**
 * A link between a user and a product.
 *
 * @param userCommunity    community of the user, or [[Communities.NoCommunity]]
 * @param productCommunity community of the product, or [[Communities.NoCommunity]]
 * @param rank             rank in the list, from 1; 0 for purchases
 * @param score            score in the list; 0 for purchases
 * @param bought           [[Bought.Never]] for recommendations
 */
final case class Link(
    user: Int,
    userId: String,
    userCommunity: Int,
    product: Product,
    productCommunity: Int,
    kind: LinkKind,
    rank: Int,
    score: Double,
    bought: Bought
)

object Links {

  /** A link before its product and the communities are joined to it; see [[Link]]. */
  private final case class UserEnd(user: Int, kind: LinkKind, rank: Int, score: Double, bought: Bought)

  /**
   * Makes the links of all users.
   *
   * @param purchases without returned products, by user number
   * @param lists     by user number
   * @return sorted by user, kind, rank and product, also across partitions; all links of a user are in one partition
   */
  def of(shop: Shop, purchases: RDD[(Int, Purchases)], lists: RDD[(Int, Lists)], communities: Communities): RDD[Link] = {
    val bought = purchases.flatMap { case (user, all) => boughtBy(user, all) }
    val recommended = lists.flatMap { case (user, both) =>
      listed(user, both.any, LinkKind.RecommendedAny) ++ listed(user, both.newOnly, LinkKind.RecommendedNew)
    }
    val users = shop.users.leftOuterJoin(communities.users, shop.byUser)
    (bought ++ recommended)
      .join(communities.products, shop.byUser.numPartitions)
      .map { case (_, (end, productAndCommunity)) => end.user -> (end -> productAndCommunity) }
      .cogroup(users, shop.byUser)
      .mapPartitions(_.toArray.sortBy(_._1).iterator)
      .flatMap { case (user, (links, idAndCommunity)) =>
        idAndCommunity.iterator.flatMap { case (id, community) =>
          links.toArray
            .map { case (end, (product, productCommunity)) =>
              Link(
                user = user,
                userId = id,
                userCommunity = community.getOrElse(Communities.NoCommunity),
                product = product,
                productCommunity = productCommunity,
                kind = end.kind,
                rank = end.rank,
                score = end.score,
                bought = end.bought
              )
            }
            .sortBy(link => (link.kind.order, link.rank, link.product.number))
        }
      }
      .setName("links")
      .persist(StorageLevel.MEMORY_AND_DISK)
  }

  /** Groups links, which must be sorted by user, as [[of]] returns them. No group is empty. */
  def byUser(links: Iterator[Link]): Iterator[Seq[Link]] = new Iterator[Seq[Link]] {
    private val waiting = links.buffered
    def hasNext: Boolean = waiting.hasNext
    def next(): Seq[Link] = {
      val user = waiting.head.user
      val group = Seq.newBuilder[Link]
      while (waiting.hasNext && waiting.head.user == user) group += waiting.next()
      group.result()
    }
  }

  /** Returns product numbers and the user's ends of their links. */
  private def boughtBy(user: Int, purchases: Purchases): Iterator[(Int, UserEnd)] =
    purchases.products.indices.filter(purchases.isPurchase).groupBy(purchases.products(_)).iterator.map { case (product, lines) =>
      // The lines of a user are sorted by time.
      val bought = Bought(lines.size, purchases.atMs(lines.head), purchases.atMs(lines.last))
      product -> UserEnd(user, LinkKind.Bought, rank = 0, score = 0, bought)
    }

  private def listed(user: Int, list: Array[Ranked], kind: LinkKind): Iterator[(Int, UserEnd)] =
    list.iterator.zipWithIndex.map { case (ranked, index) =>
      ranked.product -> UserEnd(user, kind, rank = index + 1, ranked.score, Bought.Never)
    }
}
