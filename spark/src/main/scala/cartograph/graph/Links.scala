package cartograph.graph

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.lists.{Lists, Ranked}
import cartograph.sales.{Product, Purchases, Shop}

/** How a user and a product are linked. */
sealed abstract class LinkKind(val order: Int) extends Serializable
object LinkKind {
  /** Bought, net. */
  case object Bought extends LinkKind(0)
  /** Stands in the list `any`. */
  case object RecommendedAny extends LinkKind(1)
  /** Stands in the list `new`. */
  case object RecommendedNew extends LinkKind(2)

  /** By `order`. */
  val all: Seq[LinkKind] = Seq(Bought, RecommendedAny, RecommendedNew)

  /** The list of a recommendation, as files name it. */
  def listName(kind: LinkKind): String = if (kind == LinkKind.RecommendedNew) "new" else "any"
}

/** Times that a user bought a product, a line per basket; none of them where it was not bought. */
final case class Bought(count: Int, firstMs: Long, lastMs: Long)

object Bought {
  val Never: Bought = Bought(0, Long.MaxValue, Long.MinValue)
}

/**
 * @param community of the product, as `userCommunity` of the user; [[Communities.Without]] where it has none
 * @param rank      1 is best; 0 for what was bought
 * @param score     the list's; 0 for what was bought
 */
final case class Link(
    user: Int,
    userId: String,
    userCommunity: Int,
    product: Product,
    community: Int,
    kind: LinkKind,
    rank: Int,
    score: Double,
    bought: Bought
)

object Links {

  /**
   * Everything that links users and products, with their ids.
   *
   * @param purchases net: what was given back is not among them
   * @return sorted by user, kind, rank and product, across partitions in the order of users
   */
  def of(shop: Shop, purchases: RDD[(Int, Purchases)], lists: RDD[(Int, Lists)], communities: Communities): RDD[Link] = {
    val bought = purchases.flatMap { case (user, theirs) =>
      times(theirs).map { case (product, times) => product -> ((user, LinkKind.Bought: LinkKind, 0, 0.0, times)) }
    }
    val recommended = lists.flatMap { case (user, both) =>
      listed(user, both.any, LinkKind.RecommendedAny) ++ listed(user, both.fresh, LinkKind.RecommendedNew)
    }
    val users = shop.users.leftOuterJoin(communities.users, shop.byUser)
    (bought ++ recommended)
      .join(communities.products, shop.byUser.numPartitions)
      .map { case (_, ((user, kind, rank, score, times), placed)) => (user, (placed, kind, rank, score, times)) }
      .cogroup(users, shop.byUser)
      .mapPartitions(_.toArray.sortBy(_._1).iterator)
      .flatMap { case (user, (links, named)) =>
        named.iterator.flatMap { case (id, community) =>
          links.toArray
            .map { case ((product, place), kind, rank, score, times) =>
              Link(user, id, community.getOrElse(Communities.Without), product, place, kind, rank, score, times)
            }
            .sortBy(link => (link.kind.order, link.rank, link.product.number))
        }
      }
      .setName("links")
      .persist(StorageLevel.MEMORY_AND_DISK)
  }

  /** The links of one user after the other, as [[of]] leaves them. */
  def byUser(links: Iterator[Link]): Iterator[Seq[Link]] = new Iterator[Seq[Link]] {
    private val waiting = links.buffered
    def hasNext: Boolean = waiting.hasNext
    def next(): Seq[Link] = {
      val user = waiting.head.user
      val theirs = Seq.newBuilder[Link]
      while (waiting.hasNext && waiting.head.user == user) theirs += waiting.next()
      theirs.result()
    }
  }

  private def times(purchases: Purchases): Iterator[(Int, Bought)] =
    purchases.products.indices.groupBy(purchases.products(_)).iterator.map { case (product, lines) =>
      // Lines are in the order of time.
      product -> Bought(lines.size, purchases.atMs(lines.head), purchases.atMs(lines.last))
    }

  private def listed(user: Int, list: Array[Ranked], kind: LinkKind) =
    list.iterator.zipWithIndex.map { case (ranked, index) =>
      ranked.product -> ((user, kind, index + 1, ranked.score, Bought.Never))
    }
}
