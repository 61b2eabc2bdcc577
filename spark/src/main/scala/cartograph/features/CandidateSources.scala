package cartograph.features

import scala.collection.mutable.ArrayBuilder

import cartograph.lists.Ranked

/**
 * Where the candidates of one user come from: the best products that the user neither bought nor looked at, by source. Each array
 * is best first and has at most [[CandidateSources.PerSource]] products.
 *
 * @param als   by matrix factorisation
 * @param users by co-purchase by the same users
 * @param after by purchase after the user's products
 */
private[features] final case class CandidateSources(als: Array[Ranked], users: Array[Ranked], after: Array[Ranked]) {
  import CandidateSources._

  /**
   * Returns the candidates: the user's own products, the best of each source, and popular products.
   *
   * @param popular lists of products, best first; see [[Snapshot]]
   * @return products, ascending, each once
   */
  def candidates(history: UserHistory, popular: Array[Array[Int]]): Array[Int] = {
    val all = new ArrayBuilder.ofInt
    all.addAll(history.strongest(Own))
    Array(als, users, after).foreach(_.foreach(ranked => all.addOne(ranked.product)))
    popular.foreach(addNotBought(all, history, _))
    distinct(all.result())
  }

  private def addNotBought(all: ArrayBuilder.ofInt, history: UserHistory, popular: Array[Int]): Unit = {
    var at, added = 0
    while (at < popular.length && added < PerPopularity) {
      if (history.indexOf(popular(at)) < 0) {
        all.addOne(popular(at))
        added += 1
      }
      at += 1
    }
  }

  /** Returns the products ascending, each once. Changes its argument. */
  private def distinct(products: Array[Int]): Array[Int] = {
    java.util.Arrays.sort(products)
    var kept, at = 0
    while (at < products.length) {
      if (at == 0 || products(at) != products(at - 1)) {
        products(kept) = products(at)
        kept += 1
      }
      at += 1
    }
    products.take(kept)
  }
}

private[features] object CandidateSources {
  /** Products of each source, at most. */
  val PerSource: Int = 100
  /** Products that the user bought or looked at, at most. */
  val Own: Int = 250
  /** Products of each list of popular products, at most. */
  private val PerPopularity = 60
}
