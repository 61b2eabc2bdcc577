package cartograph.features

import scala.collection.mutable.ArrayBuilder

import org.apache.spark.Partitioner
import org.apache.spark.rdd.RDD

import cartograph.lists.ListKind
import cartograph.platform.ByKey
import cartograph.sales.Purchases

/**
 * The products among which a user's lists are chosen, and the features of each.
 *
 * @param products  numbers, ascending
 * @param owned     true where the user bought the product
 * @param bought    everything that the user bought, ascending
 * @param features  row after row, `Features.Width` values each
 * @param wanted    requested products that some user had bought, ascending
 * @param wantedAls score of matrix factorisation of each requested product
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
  def feature(row: Int, feature: Feature): Float = features(row * Features.Width + feature.position)

  /** Returns a feature of all candidates, in their order. */
  def column(feature: Feature): Array[Double] = {
    val values = new Array[Double](size)
    var row = 0
    while (row < size) {
      values(row) = this.feature(row, feature).toDouble
      row += 1
    }
    values
  }

  /** Returns the rows of the candidates that a list admits, ascending. */
  def admittedBy(list: ListKind): Array[Int] = {
    val rows = new Array[Int](size)
    var (count, row) = (0, 0)
    while (row < size) {
      if (list.admits(owned(row))) {
        rows(count) = row
        count += 1
      }
      row += 1
    }
    java.util.Arrays.copyOf(rows, count)
  }
}

/**
 * Chooses and describes candidates: the products that the user bought or looked at, the popular products, and of the products
 * that the user neither bought nor looked at the best by matrix factorisation, by co-purchase, and by what is bought after the
 * user's products. The search is exact among the products of [[Snapshot.common]]: each of them is scored for every user.
 */
object Candidates {

  /** Purchases of a user, products whose score is asked for, and factor: the result of two joins. */
  private type Input = ((Purchases, Array[Int]), Array[Float])

  /**
   * Finds the candidates of users. The products are sent to the users. Only users who bought a product that is not in
   * [[Snapshot.common]] receive that product by a shuffle.
   *
   * @param wanted by user, the products whose score of matrix factorisation is also needed, ascending, may be empty; users
   *               without an entry are left out
   * @return by user, partitioned as `snapshot.purchases`; users without purchases are left out
   */
  def of(snapshot: Snapshot, wanted: RDD[(Int, Array[Int])]): RDD[(Int, Candidates)] = {
    val placed = partitionerOf(snapshot.purchases)
    val (moment, rank, common) = (snapshot.moment, snapshot.rank, snapshot.common)
    val (popular, pairs) = (snapshot.popular, snapshot.pairs)
    val inputs = ByKey.joined(ByKey.joined(snapshot.purchases, wanted), snapshot.factors.users)
    snapshot.others.fold(
      inputs.mapPartitions(
        { rows =>
          val finder = new CandidateFinder(common.value, popular.value, rank, pairs)
          rows.map { case (user, input) => user -> finder.find(recipientOf(input, moment), NoRows) }
        },
        preservesPartitioning = true
      )
    ) { others =>
      // The rows of a user's rare products may take 200 kB, so this join must be able to spill.
      inputs.leftOuterJoin(ownRows(snapshot, inputs, others, placed), placed).mapPartitions(
        { rows =>
          val finder = new CandidateFinder(common.value, popular.value, rank, pairs)
          rows.map { case (user, (input, own)) => user -> finder.find(recipientOf(input, moment), own.getOrElse(NoRows)) }
        },
        preservesPartitioning = true
      )
    }
  }

  private def partitionerOf(rows: RDD[_]): Partitioner = rows.partitioner.getOrElse(
    throw new IllegalStateException("Cannot place candidates: purchases or products have no partitioner")
  )

  private val NoRows = Array.empty[(Int, ProductRow)]

  /** Finds the rows of the products that a user bought or that are requested, and that are not common. @return by user */
  private def ownRows(
      snapshot: Snapshot,
      inputs: RDD[(Int, Input)],
      others: RDD[(Int, ProductRow)],
      placed: Partitioner
  ): RDD[(Int, Array[(Int, ProductRow)])] = {
    val (moment, common) = (snapshot.moment, snapshot.common)
    val byProduct = partitionerOf(others)
    inputs
      .flatMap { case (user, input) =>
        val recipient = recipientOf(input, moment)
        (recipient.history.strongest(CandidateSources.Own) ++ recipient.wanted).distinct.iterator
          .filter(common.value.placeOf(_) < 0)
          .map(_ -> user)
      }
      .join(others, byProduct)
      .map { case (product, (user, row)) => user -> (product -> row) }
      .groupByKey(placed)
      .mapValues(_.toArray)
  }

  private def recipientOf(input: Input, moment: Moment): Recipient = {
    val ((purchases, wanted), factor) = input
    Recipient(new UserHistory(purchases, moment), factor, wanted)
  }
}

/**
 * Finds the candidates of one user after another. It belongs to one thread.
 *
 * @param common  the products that are scored for every user
 * @param popular lists of products, best first; see [[Snapshot]]
 * @param pairs   the features of the user and a product together that are computed
 */
private[features] final class CandidateFinder(
    common: ProductBlock,
    popular: Array[Array[Int]],
    rank: Int,
    pairs: PairFeatures
) {
  private val scores = new BlockScores(common, rank)
  private val noOthers = new BlockScores(ProductBlock.of(Array.empty, Array.empty, rank), rank)

  /** @param others the products of the user that are not common, and requested ones, in any order */
  def find(recipient: Recipient, others: Array[(Int, ProductRow)]): Candidates = {
    val otherScores = if (others.isEmpty) noOthers else new BlockScores(ProductBlock.of(others, Array.empty, rank), rank)
    scores.score(recipient)
    otherScores.score(recipient)
    val history = recipient.history
    val products = scores.sources(recipient).candidates(history, popular)
    val (wanted, wantedAls) = wantedScores(recipient, otherScores)
    val candidates = Candidates(
      products = products,
      owned = products.map(history.owns),
      bought = history.bought,
      features = described(recipient, products, otherScores),
      wanted = wanted,
      wantedAls = wantedAls
    )
    fillPlaces(candidates)
    candidates
  }

  private def described(recipient: Recipient, products: Array[Int], otherScores: BlockScores): Array[Float] = {
    val rows = new Array[Float](products.length * Features.Width)
    val user = Features.User.values(recipient.history)
    val factorNorm = Vectors.norm(recipient.factor, 0, rank)
    products.indices.foreach { row =>
      val (place, offset) = (common.placeOf(products(row)), row * Features.Width)
      System.arraycopy(user, 0, rows, offset + Features.User.from, user.length)
      if (place >= 0) scores.describe(recipient, factorNorm, place, pairs, rows, offset)
      else otherScores.describe(recipient, factorNorm, otherScores.block.placeOf(products(row)), pairs, rows, offset)
    }
    rows
  }

  /** Returns the requested products that are known, and their scores of matrix factorisation. */
  private def wantedScores(recipient: Recipient, otherScores: BlockScores): (Array[Int], Array[Float]) = {
    val (wanted, wantedAls) = (new ArrayBuilder.ofInt, new ArrayBuilder.ofFloat)
    recipient.wanted.foreach { product =>
      Seq(scores, otherScores).find(_.block.placeOf(product) >= 0).foreach { found =>
        wanted.addOne(product)
        wantedAls.addOne(found.als(found.block.placeOf(product)))
      }
    }
    (wanted.result(), wantedAls.result())
  }

  /**
   * Fills in the features `alsPlace` and `usersPlace`: each candidate's place by a score, highest first, ties in the order of
   * products.
   */
  private def fillPlaces(all: Candidates): Unit = {
    val order = new Array[Long](all.size)
    val places = Seq(Features.Als -> Features.AlsPlace, Features.UsersScore -> Features.UsersPlace)
    for ((score, place) <- if (pairs == PairFeatures.All) places else places.take(1)) {
      // The score and the row in one number, so that sorting makes no objects.
      order.indices.foreach(row => order(row) = descending(all.feature(row, score)) << 32 | row)
      java.util.Arrays.sort(order)
      order.indices.foreach(at => all.features(order(at).toInt * Features.Width + place.position) = at.toFloat)
    }
  }

  /**
   * Returns a 32-bit number that is lower for a higher value. Bits of floats order like integers, except that negative ones are
   * reversed; adding 0 turns -0 into 0.
   */
  private def descending(value: Float): Long = {
    val bits = java.lang.Float.floatToIntBits(value + 0f)
    ~(bits ^ ((bits >> 31) & Int.MaxValue)).toLong
  }
}
