package cartograph.graph

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

import cartograph.lists.{Lists, Ranked}
import cartograph.platform.{Broadcasts, ByKey}
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

  /** A user's end of a link, the product, and the product's community. */
  private type End = (UserEnd, (Product, Int))

  /** The id of a user, and the user's community. */
  private type Member = (String, Option[Int])

  /** Products that take more than 64 MiB are joined instead of sent to all executors. */
  private[graph] val MaxSentBytes: Long = 64L << 20

  /**
   * Makes the links of all users. Nothing is shuffled but the products, which are sent to all executors.
   *
   * @param purchases without returned products, by user number, partitioned by `shop.byUser`
   * @param lists     by user number, partitioned by `shop.byUser`
   * @return sorted by user, kind, rank and product, also across partitions; all links of a user are in one partition
   */
  def of(
      shop: Shop,
      purchases: RDD[(Int, Purchases)],
      lists: RDD[(Int, Lists)],
      communities: Communities,
      maxSentBytes: Long = MaxSentBytes
  ): RDD[Link] = {
    val users = ByKey.leftJoined(shop.users, communities.users)
    val sizeBytes = shop.products.map(product => 200L + 2 * (product.id.length + product.label.length)).fold(0L)(_ + _)
    val links =
      if (sizeBytes > maxSentBytes) joined(shop, users, purchases, lists, communities)
      else lookedUp(users, purchases, lists, tableOf(communities, sizeBytes))
    links.setName("links").persist(StorageLevel.MEMORY_AND_DISK)
  }

  /** Sends the products and their communities to all executors. They are numbered without gaps: the number is the position. */
  private def tableOf(communities: Communities, sizeBytes: Long): Broadcast[Array[(Product, Int)]] = {
    val products = communities.products
    Broadcasts.checked(products.sparkContext, "products of links", ByKey.values(products.collect()), sizeBytes)
  }

  /**
   * Finds the products of links on each executor. The links of a user are made when the user's turn comes; users stay in the order
   * of `shop.users`, by number.
   */
  private def lookedUp(
      users: RDD[(Int, Member)],
      purchases: RDD[(Int, Purchases)],
      lists: RDD[(Int, Lists)],
      products: Broadcast[Array[(Product, Int)]]
  ): RDD[Link] =
    ByKey.leftJoined(ByKey.leftJoined(users, purchases), lists).mapPartitions { rows =>
      val known = products.value
      rows.flatMap { case (user, ((member, bought), listed)) =>
        val ends = bought.iterator.flatMap(boughtBy(user, _)) ++ listed.iterator.flatMap(listedFor(user, _))
        linksOf(member, ends.map { case (product, end) => end -> known(product) })
      }
    }

  /** Finds the products of links by a join. */
  private def joined(
      shop: Shop,
      users: RDD[(Int, Member)],
      purchases: RDD[(Int, Purchases)],
      lists: RDD[(Int, Lists)],
      communities: Communities
  ): RDD[Link] = {
    val bought = purchases.flatMap { case (user, all) => boughtBy(user, all) }
    val listed = lists.flatMap { case (user, both) => listedFor(user, both) }
    (bought ++ listed)
      .join(communities.products, shop.byUser.numPartitions)
      .map { case (_, end @ (userEnd, _)) => userEnd.user -> end }
      .cogroup(users, shop.byUser)
      .mapPartitions(_.toArray.sortBy(_._1).iterator.flatMap { case (_, (ends, members)) =>
        members.iterator.flatMap(linksOf(_, ends.iterator))
      })
  }

  /** Makes the links of a user, sorted by kind, rank and product. */
  private def linksOf(member: Member, ends: Iterator[End]): Iterator[Link] = {
    val (id, community) = member
    ends
      .map { case (end, (product, productCommunity)) =>
        Link(
          user = end.user,
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
      .toArray
      .sortBy(link => (link.kind.order, link.rank, link.product.number))
      .iterator
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

  private def listedFor(user: Int, lists: Lists): Iterator[(Int, UserEnd)] =
    listed(user, lists.any, LinkKind.RecommendedAny) ++ listed(user, lists.newOnly, LinkKind.RecommendedNew)

  private def listed(user: Int, list: Array[Ranked], kind: LinkKind): Iterator[(Int, UserEnd)] =
    list.iterator.zipWithIndex.map { case (ranked, index) =>
      ranked.product -> UserEnd(user, kind, rank = index + 1, ranked.score, Bought.Never)
    }
}
