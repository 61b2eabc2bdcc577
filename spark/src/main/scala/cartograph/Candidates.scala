package cartograph

import org.apache.spark.rdd.RDD

/**
 * The products among which a user's lists are chosen, by number, with what the ranker sees of each.
 *
 * @param owned    whether the user had bought it
 * @param bought   everything that the user had bought, ascending
 * @param features row after row, `Features.Width` each
 * @param wanted   products that were asked for and that somebody had bought, ascending
 * @param wantedAls the matrix factorisation's score of each
 */
final case class Candidates(
    products: Array[Int],
    owned: Array[Boolean],
    bought: Array[Int],
    features: Array[Float],
    wanted: Array[Int],
    wantedAls: Array[Float]
) {
  def size: Int = products.length
  def feature(row: Int, column: Int): Float = features(row * Features.Width + column)
}

/**
 * Chooses and describes candidates: all that the user bought, as far as they count; the best that were not bought by matrix
 * factorisation, by co-purchase and by what follows; and what is popular. Exact: users times products, block by block.
 */
object Candidates {
  private val UsersPerBlock = 256
  private val Own = 250
  private val PerSource = 100
  private val PerPopularity = 60

  private final case class Seeker(user: Int, view: UserView, factor: Array[Float], wanted: Array[Int])

  /** Of one user in one block or several: the best of each source, and what was asked for. */
  private final case class Found(als: Array[Ranked], users: Array[Ranked], after: Array[Ranked], wanted: Array[Ranked]) {
    def +(other: Found): Found = Found(best(als, other.als), best(users, other.users), best(after, other.after), wanted ++ other.wanted)
    private def best(a: Array[Ranked], b: Array[Ranked]): Array[Ranked] = {
      val selection = new Selection(PerSource)
      (a ++ b).foreach(selection.offer)
      selection.result
    }
  }

  /**
   * @param wanted by user, ascending products: whom to find candidates for, and which products are asked for besides
   * @return by user, placed as `snapshot.purchases`; users without purchases are not there
   */
  def of(snapshot: Snapshot, wanted: RDD[(Int, Array[Int])]): RDD[(Int, Candidates)] = {
    val placed = snapshot.purchases.partitioner.getOrElse(throw new IllegalStateException("Cannot place candidates: purchases have no partitioner"))
    val (asOfMs, horizonMs, rank, popular) = (snapshot.asOfMs, snapshot.horizonMs, snapshot.rank, snapshot.popular)
    val inputs = snapshot.purchases.join(wanted, placed).join(snapshot.factors.users, placed)
    def seekers[Extra](rows: Iterator[(Int, (((Purchases, Array[Int]), Array[Float]), Extra))]): Iterator[Array[(Seeker, Extra)]] =
      rows.map { case (user, (((purchases, asked), factor), extra)) =>
        Seeker(user, new UserView(purchases, asOfMs, horizonMs), factor, asked) -> extra
      }.grouped(UsersPerBlock).map(_.toArray)

    val found = inputs.mapValues(_ -> (())).mapPartitions(seekers)
      .cartesian(snapshot.blocks)
      .flatMap { case (users, block) =>
        val scores = new BlockScores(block, rank)
        users.iterator.map { case (seeker, _) => seeker.user -> scores.found(seeker) }
      }
      .groupByKey(placed)
      .mapValues(_.reduce(_ + _))

    inputs.join(found, placed).mapPartitions(seekers)
      .cartesian(snapshot.blocks)
      .flatMap { case (users, block) =>
        val scores = new BlockScores(block, rank)
        users.iterator.map { case (seeker, of) =>
          seeker.user -> (block.from -> scores.described(seeker, chosen(seeker, of, popular.value), of))
        }
      }
      .groupByKey(placed)
      .mapValues(parts => placesAmong(parts.toArray.sortBy(_._1).map(_._2)))
  }

  private def chosen(seeker: Seeker, found: Found, popular: Array[Array[Int]]): Array[Int] = {
    val fresh = popular.flatMap(_.iterator.filter(seeker.view.indexOf(_) < 0).take(PerPopularity))
    val best = Array(found.als, found.users, found.after).flatMap(_.map(_.product))
    (seeker.view.strongest(Own) ++ best ++ fresh).distinct.sorted
  }

  /** Puts the blocks' parts together and fills in the places that candidates take among each other. */
  private def placesAmong(parts: Array[Candidates]): Candidates = {
    val all = Candidates(
      parts.flatMap(_.products),
      parts.flatMap(_.owned),
      parts.headOption.fold(Array.empty[Int])(_.bought),
      parts.flatMap(_.features),
      parts.flatMap(_.wanted),
      parts.flatMap(_.wantedAls)
    )
    for ((from, to) <- Seq(Features.Als -> Features.AlsPlace, Features.UsersScore -> Features.UsersPlace)) {
      val order = (0 until all.size).sortBy(row => (-all.feature(row, from), all.products(row)))
      order.zipWithIndex.foreach { case (row, place) => all.features(row * Features.Width + to) = place.toFloat }
    }
    all
  }

  /** Scores of one user for all products of a block; the arrays are used again for the next user. */
  private final class BlockScores(block: ProductBlock, rank: Int) {
    private val als = new Array[Float](block.size)
    private val users = new Array[Float](block.size)
    private val baskets = new Array[Float](block.size)
    private val newestBaskets = new Array[Float](block.size)
    private val after = new Array[Float](block.size)
    private val closest = new Array[Float](block.size)

    private def score(seeker: Seeker): Unit = {
      var place = 0
      while (place < block.size) {
        als(place) = dot(seeker.factor, block.factors, place * rank)
        place += 1
      }
      Seq(users, baskets, newestBaskets, after, closest).foreach(java.util.Arrays.fill(_, 0f))
      val view = seeker.view
      view.products.indices.foreach { index =>
        val (product, weight, newest) = (view.products(index), view.weights(index), view.newestWeights(index))
        each(block.links(Together.Users), product) { (target, strength) =>
          users(target) += weight * strength
          if (strength > closest(target)) closest(target) = strength
        }
        each(block.links(Together.Baskets), product) { (target, strength) =>
          baskets(target) += weight * strength
          newestBaskets(target) += newest * strength
        }
        each(block.links(Together.After), product)((target, strength) => after(target) += weight * strength)
      }
    }

    private def dot(a: Array[Float], b: Array[Float], offset: Int): Float = {
      var (sum, i) = (0f, 0)
      while (i < rank) {
        sum += a(i) * b(offset + i)
        i += 1
      }
      sum
    }

    private def each(links: BlockLinks, source: Int)(body: (Int, Float) => Unit): Unit = {
      val at = java.util.Arrays.binarySearch(links.sources, source)
      if (at >= 0) {
        var link = links.starts(at)
        while (link < links.starts(at + 1)) {
          body(links.targets(link), links.strengths(link))
          link += 1
        }
      }
    }

    def found(seeker: Seeker): Found = {
      score(seeker)
      val (byAls, byUsers, byAfter) = (new Selection(PerSource), new Selection(PerSource), new Selection(PerSource))
      var place = 0
      while (place < block.size) {
        val product = block.from + place
        if (block.isKnown(place) && seeker.view.indexOf(product) < 0) {
          if (als(place) > 0) byAls.offer(Ranked(product, als(place).toDouble))
          if (users(place) > 0) byUsers.offer(Ranked(product, users(place).toDouble))
          if (after(place) > 0) byAfter.offer(Ranked(product, after(place).toDouble))
        }
        place += 1
      }
      val wanted = seeker.wanted.filter(isHere).filter(product => block.isKnown(product - block.from))
      Found(byAls.result, byUsers.result, byAfter.result, wanted.map(product => Ranked(product, als(product - block.from).toDouble)))
    }

    private def isHere(product: Int): Boolean = product >= block.from && product < block.from + block.size

    def described(seeker: Seeker, chosen: Array[Int], found: Found): Candidates = {
      score(seeker)
      val here = chosen.filter(isHere)
      val features = new Array[Float](here.length * Features.Width)
      here.indices.foreach(row => describe(seeker, here(row), features, row * Features.Width))
      val wanted = found.wanted.filter(ranked => isHere(ranked.product)).sortBy(_.product)
      Candidates(here, here.map(seeker.view.indexOf(_) >= 0), seeker.view.products, features, wanted.map(_.product), wanted.map(_.score.toFloat))
    }

    private def describe(seeker: Seeker, product: Int, row: Array[Float], offset: Int): Unit = {
      val place = product - block.from
      val view = seeker.view
      view.own(product, block.gaps(place).toDouble, row, offset)
      System.arraycopy(view.columns, 0, row, offset + Features.UserFrom, Features.UserColumns)
      System.arraycopy(block.columns, place * Features.ProductColumns, row, offset + Features.ProductFrom, Features.ProductColumns)
      val price = block.logPrices(place) - view.logPrice
      val ratio = if (price.isNaN) 0f else price.toFloat
      val affinity = dot(seeker.factor, block.audience, place * rank)
      val pair = Array(
        als(place),
        0f,
        users(place),
        0f,
        users(place) / view.weight,
        baskets(place),
        after(place),
        after(place) / view.weight,
        closest(place),
        ratio,
        math.abs(ratio),
        newestBaskets(place),
        affinity,
        (affinity / (norm(seeker.factor, 0) * norm(block.audience, place * rank) + 1e-9)).toFloat,
        dot(seeker.factor, block.newestAudience, place * rank)
      )
      System.arraycopy(pair, 0, row, offset + Features.PairFrom, pair.length)
    }

    private def norm(vector: Array[Float], offset: Int): Double = {
      var (sum, i) = (0.0, 0)
      while (i < rank) {
        sum += vector(offset + i) * vector(offset + i)
        i += 1
      }
      math.sqrt(sum)
    }
  }
}
