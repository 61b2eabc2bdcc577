package cartograph.features

import org.apache.spark.Partitioner
import org.apache.spark.rdd.RDD

import cartograph.platform.{Broadcasts, ByKey}
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
}

/**
 * Chooses and describes candidates: the products that the user bought, the popular products, and of the products that the user
 * did not buy the best by matrix factorisation, by co-purchase, and by what is bought after the user's products. The search is
 * exact: every product is scored for every user, block by block.
 */
object Candidates {
  private val UsersPerBlock = 256

  /** Purchases of a user, products whose score is asked for, and factor: the result of two joins. */
  private type Input = ((Purchases, Array[Int]), Array[Float])

  /**
   * Finds the candidates of users.
   *
   * @param wanted by user, the products whose score of matrix factorisation is also needed, ascending, may be empty; users
   *               without an entry are left out
   * @return by user, partitioned as `snapshot.purchases`; users without purchases are left out
   */
  def of(snapshot: Snapshot, wanted: RDD[(Int, Array[Int])]): RDD[(Int, Candidates)] = {
    val placed = snapshot.purchases.partitioner.getOrElse(
      throw new IllegalStateException("Cannot place candidates: purchases have no partitioner")
    )
    val inputs = snapshot.purchases.join(wanted, placed).join(snapshot.factors.users, placed)
    if (snapshot.blocks.getNumPartitions == 1) fromOneBlock(snapshot, inputs) else fromBlocks(snapshot, inputs, placed)
  }

  /** Sends a catalogue of one block to all users, so that nothing else has to move. */
  private def fromOneBlock(snapshot: Snapshot, inputs: RDD[(Int, Input)]): RDD[(Int, Candidates)] = {
    val (moment, rank, popular) = (snapshot.moment, snapshot.rank, snapshot.popular)
    val only = snapshot.blocks.first()
    val block = Broadcasts.checked(snapshot.blocks.sparkContext, "products", only, only.sizeBytes)
    def candidatesOf(rows: Iterator[(Int, Input)]): Iterator[(Int, Candidates)] = {
      val scores = new BlockScores(block.value, rank)
      rows.map { case (user, input) =>
        val recipient = recipientOf(user, input, moment)
        scores.score(recipient)
        val sources = scores.sources(recipient)
        val chosen = sources.candidates(recipient.history, popular.value)
        user -> withPlaces(scores.described(recipient, chosen, sources.wanted))
      }
    }
    inputs.mapPartitions(candidatesOf, preservesPartitioning = true)
  }

  /** Finds first the best of all blocks, and then the features of the candidates, block by block. */
  private def fromBlocks(snapshot: Snapshot, inputs: RDD[(Int, Input)], placed: Partitioner): RDD[(Int, Candidates)] = {
    val (moment, rank, popular) = (snapshot.moment, snapshot.rank, snapshot.popular)
    def recipients[Extra](rows: Iterator[(Int, (Input, Extra))]): Iterator[Array[(Recipient, Extra)]] =
      rows.map { case (user, (input, extra)) => recipientOf(user, input, moment) -> extra }.grouped(UsersPerBlock).map(_.toArray)

    val sources = inputs.mapValues(_ -> (())).mapPartitions(recipients)
      .cartesian(snapshot.blocks)
      .flatMap { case (users, block) =>
        val scores = new BlockScores(block, rank)
        users.iterator.map { case (recipient, _) =>
          scores.score(recipient)
          recipient.user -> scores.sources(recipient)
        }
      }
      .groupByKey(placed)
      .mapValues(_.reduce(_ + _))

    inputs.join(sources, placed).mapPartitions(recipients)
      .cartesian(snapshot.blocks)
      .flatMap { case (users, block) =>
        val scores = new BlockScores(block, rank)
        users.iterator.map { case (recipient, best) =>
          scores.score(recipient)
          val chosen = best.candidates(recipient.history, popular.value)
          recipient.user -> (block.from -> scores.described(recipient, chosen, best.wanted))
        }
      }
      .groupByKey(placed)
      .mapValues(parts => withPlaces(concatenated(ByKey.values(parts))))
  }

  private def recipientOf(user: Int, input: Input, moment: Moment): Recipient = {
    val ((purchases, wanted), factor) = input
    Recipient(user, new UserHistory(purchases, moment), factor, wanted)
  }

  /** Joins the candidates of a user that are in several blocks, in the order of blocks. */
  private def concatenated(parts: Array[Candidates]): Candidates = Candidates(
    products = parts.flatMap(_.products),
    owned = parts.flatMap(_.owned),
    bought = parts.headOption.fold(Array.empty[Int])(_.bought),
    features = parts.flatMap(_.features),
    wanted = parts.flatMap(_.wanted),
    wantedAls = parts.flatMap(_.wantedAls)
  )

  /**
   * Fills in the features `alsPlace` and `usersPlace`: each candidate's place by a score, highest first, ties in the order of
   * products. Changes the array of features and returns its argument.
   */
  private def withPlaces(all: Candidates): Candidates = {
    val order = new Array[Long](all.size)
    for ((score, place) <- Seq(Features.Als -> Features.AlsPlace, Features.UsersScore -> Features.UsersPlace)) {
      // The score and the row in one number, so that sorting makes no objects.
      order.indices.foreach(row => order(row) = descending(all.feature(row, score)) << 32 | row)
      java.util.Arrays.sort(order)
      order.indices.foreach(at => all.features(order(at).toInt * Features.Width + place.position) = at.toFloat)
    }
    all
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
