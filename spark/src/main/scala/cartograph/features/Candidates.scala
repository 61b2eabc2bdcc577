package cartograph.features

import org.apache.spark.Partitioner
import org.apache.spark.rdd.RDD

import cartograph.lists.{Ranked, Selection}
import cartograph.platform.Broadcasts
import cartograph.sales.Purchases

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
    def +(other: Found): Found =
      Found(best(als, other.als), best(users, other.users), best(after, other.after), wanted ++ other.wanted)
    private def best(a: Array[Ranked], b: Array[Ranked]): Array[Ranked] = {
      val selection = new Selection(PerSource)
      (a ++ b).foreach(ranked => selection.offer(ranked.product, ranked.score))
      selection.result
    }
  }

  private type Input = ((Purchases, Array[Int]), Array[Float])

  /**
   * @param wanted by user, ascending products: whom to find candidates for, and which products are asked for besides
   * @return by user, placed as `snapshot.purchases`; users without purchases are not there
   */
  def of(snapshot: Snapshot, wanted: RDD[(Int, Array[Int])]): RDD[(Int, Candidates)] = {
    val placed = snapshot.purchases.partitioner.getOrElse(throw new IllegalStateException(
      "Cannot place candidates: purchases have no partitioner"
    ))
    val inputs = snapshot.purchases.join(wanted, placed).join(snapshot.factors.users, placed)
    if (snapshot.blocks.getNumPartitions == 1) amongOne(snapshot, inputs) else amongMany(snapshot, inputs, placed)
  }

  /** Of a catalogue of one block, which goes to all users: nothing else has to move. */
  private def amongOne(snapshot: Snapshot, inputs: RDD[(Int, Input)]): RDD[(Int, Candidates)] = {
    val (asOfMs, horizonMs, rank, popular) = (snapshot.asOfMs, snapshot.horizonMs, snapshot.rank, snapshot.popular)
    val only = snapshot.blocks.first()
    val block = Broadcasts.checked(snapshot.blocks.sparkContext, "products", only, only.sizeBytes)
    inputs.mapPartitions(
      { rows =>
        val scores = new BlockScores(block.value, rank)
        rows.map { case (user, ((purchases, asked), factor)) =>
          val seeker = Seeker(user, new UserView(purchases, asOfMs, horizonMs), factor, asked)
          val found = scores.found(seeker)
          user -> withPlaces(scores.described(seeker, chosen(seeker, found, popular.value), found))
        }
      },
      preservesPartitioning = true
    )
  }

  /** First the best of all blocks, then what is told of them, block by block. */
  private def amongMany(snapshot: Snapshot, inputs: RDD[(Int, Input)], placed: Partitioner): RDD[(Int, Candidates)] = {
    val (asOfMs, horizonMs, rank, popular) = (snapshot.asOfMs, snapshot.horizonMs, snapshot.rank, snapshot.popular)
    def seekers[Extra](rows: Iterator[(Int, (Input, Extra))]): Iterator[Array[(Seeker, Extra)]] =
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
          scores.score(seeker)
          seeker.user -> (block.from -> scores.described(seeker, chosen(seeker, of, popular.value), of))
        }
      }
      .groupByKey(placed)
      .mapValues(parts => withPlaces(together(parts.toArray.sortBy(_._1).map(_._2))))
  }

  private def chosen(seeker: Seeker, found: Found, popular: Array[Array[Int]]): Array[Int] = {
    val fresh = popular.flatMap(_.iterator.filter(seeker.view.indexOf(_) < 0).take(PerPopularity))
    val best = Array(found.als, found.users, found.after).flatMap(_.map(_.product))
    (seeker.view.strongest(Own) ++ best ++ fresh).distinct.sorted
  }

  private def together(parts: Array[Candidates]): Candidates = Candidates(
    parts.flatMap(_.products),
    parts.flatMap(_.owned),
    parts.headOption.fold(Array.empty[Int])(_.bought),
    parts.flatMap(_.features),
    parts.flatMap(_.wanted),
    parts.flatMap(_.wantedAls)
  )

  /** Fills in the places that candidates take among each other: highest first, ties in the order of products. */
  private def withPlaces(all: Candidates): Candidates = {
    val order = new Array[Long](all.size)
    for ((from, to) <- Seq(Features.Als -> Features.AlsPlace, Features.UsersScore -> Features.UsersPlace)) {
      order.indices.foreach(row => order(row) = descending(all.feature(row, from)) << 32 | row)
      java.util.Arrays.sort(order)
      order.indices.foreach(place => all.features(order(place).toInt * Features.Width + to) = place.toFloat)
    }
    all
  }

  /** A number that is the smaller the higher the value is. */
  private def descending(value: Float): Long = {
    val bits = java.lang.Float.floatToIntBits(value + 0f)
    ~(bits ^ ((bits >> 31) & Int.MaxValue)).toLong
  }

  /** Scores of one user for all products of a block; the arrays are used again for the next user. */
  private final class BlockScores(block: ProductBlock, rank: Int) {
    private val als = new Array[Float](block.size)
    private val users = new Array[Float](block.size)
    private val baskets = new Array[Float](block.size)
    private val newestBaskets = new Array[Float](block.size)
    private val after = new Array[Float](block.size)
    private val closest = new Array[Float](block.size)
    private val (byAls, byUsers, byAfter) = (new Selection(PerSource), new Selection(PerSource), new Selection(PerSource))

    /** Has to come before `described`; `found` does it itself. */
    def score(seeker: Seeker): Unit = {
      var place = 0
      while (place < block.size) {
        als(place) = Vectors.dot(seeker.factor, block.factors, place * rank, rank)
        place += 1
      }
      Seq(users, baskets, newestBaskets, after, closest).foreach(java.util.Arrays.fill(_, 0f))
      val view = seeker.view
      var index = 0
      while (index < view.products.length) {
        val (product, weight) = (view.products(index), view.weights(index))
        addUsers(block.links(Together.Users), product, weight)
        addBaskets(block.links(Together.Baskets), product, weight, view.newestWeights(index))
        addAfter(block.links(Together.After), product, weight)
        index += 1
      }
    }

    private def addUsers(links: BlockLinks, product: Int, weight: Float): Unit = {
      val at = links.indexOf(product)
      if (at >= 0) {
        var link = links.starts(at)
        while (link < links.starts(at + 1)) {
          val (target, strength) = (links.targets(link), links.strengths(link))
          users(target) += weight * strength
          if (strength > closest(target)) closest(target) = strength
          link += 1
        }
      }
    }

    private def addBaskets(links: BlockLinks, product: Int, weight: Float, newest: Float): Unit = {
      val at = links.indexOf(product)
      if (at >= 0) {
        var link = links.starts(at)
        while (link < links.starts(at + 1)) {
          baskets(links.targets(link)) += weight * links.strengths(link)
          newestBaskets(links.targets(link)) += newest * links.strengths(link)
          link += 1
        }
      }
    }

    private def addAfter(links: BlockLinks, product: Int, weight: Float): Unit = {
      val at = links.indexOf(product)
      if (at >= 0) {
        var link = links.starts(at)
        while (link < links.starts(at + 1)) {
          after(links.targets(link)) += weight * links.strengths(link)
          link += 1
        }
      }
    }

    def found(seeker: Seeker): Found = {
      score(seeker)
      Seq(byAls, byUsers, byAfter).foreach(_.clear())
      val mine = seeker.view.products
      var (place, next) = (0, 0)
      while (place < block.size) {
        val product = block.from + place
        while (next < mine.length && mine(next) < product) next += 1
        if (block.isKnown(place) && (next == mine.length || mine(next) != product)) {
          if (als(place) > 0) byAls.offer(product, als(place).toDouble)
          if (users(place) > 0) byUsers.offer(product, users(place).toDouble)
          if (after(place) > 0) byAfter.offer(product, after(place).toDouble)
        }
        place += 1
      }
      val wanted = seeker.wanted.filter(isHere).filter(product => block.isKnown(product - block.from))
      Found(
        byAls.result,
        byUsers.result,
        byAfter.result,
        wanted.map(product => Ranked(product, als(product - block.from).toDouble))
      )
    }

    private def isHere(product: Int): Boolean = product >= block.from && product < block.from + block.size

    def described(seeker: Seeker, chosen: Array[Int], found: Found): Candidates = {
      val here = chosen.filter(isHere)
      val features = new Array[Float](here.length * Features.Width)
      val norm = Vectors.norm(seeker.factor, 0, rank)
      here.indices.foreach(row => describe(seeker, norm, here(row), features, row * Features.Width))
      val wanted = found.wanted.filter(ranked => isHere(ranked.product)).sortBy(_.product)
      Candidates(
        here,
        here.map(seeker.view.indexOf(_) >= 0),
        seeker.view.products,
        features,
        wanted.map(_.product),
        wanted.map(_.score.toFloat)
      )
    }

    private def describe(seeker: Seeker, norm: Double, product: Int, row: Array[Float], offset: Int): Unit = {
      val place = product - block.from
      val view = seeker.view
      view.own(product, block.gaps(place).toDouble, row, offset)
      System.arraycopy(view.columns, 0, row, offset + Features.UserFrom, Features.UserColumns)
      System.arraycopy(
        block.columns,
        place * Features.ProductColumns,
        row,
        offset + Features.ProductFrom,
        Features.ProductColumns
      )
      val price = block.logPrices(place) - view.logPrice
      val ratio = if (price.isNaN) 0f else price.toFloat
      val affinity = Vectors.dot(seeker.factor, block.audience, place * rank, rank)
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
        (affinity / (norm * Vectors.norm(block.audience, place * rank, rank) + 1e-9)).toFloat,
        Vectors.dot(seeker.factor, block.newestAudience, place * rank, rank)
      )
      System.arraycopy(pair, 0, row, offset + Features.PairFrom, pair.length)
    }
  }
}

/** Sums over vectors, always in the same order. */
private object Vectors {

  /** `a` times `length` values of `b` from `offset` on; four sums side by side, which takes a third of the time of one. */
  def dot(a: Array[Float], b: Array[Float], offset: Int, length: Int): Float = {
    var (s0, s1, s2, s3) = (0f, 0f, 0f, 0f)
    val whole = length - length % 4
    var i = 0
    while (i < whole) {
      s0 += a(i) * b(offset + i)
      s1 += a(i + 1) * b(offset + i + 1)
      s2 += a(i + 2) * b(offset + i + 2)
      s3 += a(i + 3) * b(offset + i + 3)
      i += 4
    }
    while (i < length) {
      s0 += a(i) * b(offset + i)
      i += 1
    }
    (s0 + s1) + (s2 + s3)
  }

  def norm(vector: Array[Float], offset: Int, length: Int): Double = {
    var (sum, i) = (0.0, 0)
    while (i < length) {
      sum += vector(offset + i) * vector(offset + i)
      i += 1
    }
    math.sqrt(sum)
  }
}
