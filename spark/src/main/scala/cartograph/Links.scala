package cartograph

import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

/** How a user and a product are linked. */
sealed abstract class LinkKind(val order: Int) extends Serializable
object LinkKind {
  /** Bought, net. */
  case object Bought extends LinkKind(0)
  /** Stands in the list `any`. */
  case object RecommendedAny extends LinkKind(1)
  /** Stands in the list `new`. */
  case object RecommendedNew extends LinkKind(2)
}

/**
 * @param rank  1 is best; 0 for what was bought
 * @param score the list's; for what was bought the net quantity
 */
final case class Link(user: Int, userId: String, product: Product, kind: LinkKind, rank: Int, score: Double)

object Links {

  /**
   * Everything that links users and products, with their ids.
   *
   * @return sorted by user, kind, rank and product, across partitions in the order of users
   */
  def of(shop: Shop, lists: RDD[(Int, Lists)]): RDD[Link] = {
    val bought = shop.pairs.values
      .map(pair => pair.product -> ((pair.user, LinkKind.Bought: LinkKind, 0, Ranking.rounded(pair.netQuantity))))
    val recommended = lists.flatMap { case (user, both) =>
      listed(user, both.any, LinkKind.RecommendedAny) ++ listed(user, both.fresh, LinkKind.RecommendedNew)
    }
    (bought ++ recommended)
      .join(shop.products.map(product => product.number -> product), shop.byUser.numPartitions)
      .map { case (_, ((user, kind, rank, score), product)) => (user, (product, kind, rank, score)) }
      .cogroup(shop.users, shop.byUser)
      .mapPartitions(_.toArray.sortBy(_._1).iterator)
      .flatMap { case (user, (links, ids)) =>
        ids.iterator.flatMap { id =>
          links.toArray
            .map { case (product, kind, rank, score) => Link(user, id, product, kind, rank, score) }
            .sortBy(link => (link.kind.order, link.rank, link.product.number))
        }
      }
      .setName("links")
      .persist(StorageLevel.MEMORY_AND_DISK)
  }

  private def listed(user: Int, list: Array[Ranked], kind: LinkKind) =
    list.iterator.zipWithIndex.map { case (ranked, index) => ranked.product -> ((user, kind, index + 1, ranked.score)) }
}
