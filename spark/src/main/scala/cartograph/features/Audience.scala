package cartograph.features

import org.apache.spark.rdd.RDD

import cartograph.platform.{ByKey, NumberPartitioner}
import cartograph.sales.Purchases

/**
 * The mean factor of the users who bought a product, shrunk towards zero:
 *
 *   sum over lines of the product of the user's factor / (number of lines + 5)
 *
 * @param lastHorizon mean over the lines of the last horizon; `rank` values
 * @param lastQuarter mean over the lines of the last quarter horizon; `rank` values
 */
final case class Audience(lastHorizon: Array[Float], lastQuarter: Array[Float])

object Audience {
  /** Lines with a factor of zero that every mean includes. */
  private val Prior = 5f

  /**
   * Finds the audience of every product that was bought in the last horizon.
   *
   * @param purchases by user, before the moment
   * @param users     factors by user, `rank` values each
   * @param products  partitioner of the result
   * @return by product; sums are in the order of partitions and users, so that they can be repeated
   */
  def of(
      purchases: RDD[(Int, Purchases)],
      users: RDD[(Int, Array[Float])],
      moment: Moment,
      rank: Int,
      products: NumberPartitioner
  ): RDD[(Int, Audience)] =
    ByKey.joined(purchases, users).mapPartitionsWithIndex { (part, rows) =>
      // Each array has the sum of factors and the number of lines of the last horizon, then those of the last quarter.
      val sums = scala.collection.mutable.HashMap.empty[Int, Array[Float]]
      ByKey.values(rows).foreach { case (bought, factor) =>
        bought.products.indices.foreach { line =>
          val age = moment.age(bought.atMs(line))
          if (age <= 1) {
            val sum = sums.getOrElseUpdate(bought.products(line), new Array[Float](2 * rank + 2))
            addTo(sum, 0, factor)
            if (age <= 0.25) addTo(sum, rank + 1, factor)
          }
        }
      }
      sums.iterator.map { case (product, sum) => product -> (part -> sum) }
    }.groupByKey(products).mapValues { parts =>
      val sum = ByKey.values(parts).reduce((a, b) => a.zip(b).map { case (x, y) => x + y })
      Audience(mean(sum, 0, rank), mean(sum, rank + 1, rank))
    }

  /** Adds a factor from `offset` on, and 1 to the number of lines that follows. The loop runs for every line of every user. */
  private def addTo(sum: Array[Float], offset: Int, factor: Array[Float]): Unit = {
    var i = 0
    while (i < factor.length) {
      sum(offset + i) += factor(i)
      i += 1
    }
    sum(offset + factor.length) += 1
  }

  private def mean(sum: Array[Float], offset: Int, rank: Int): Array[Float] =
    sum.slice(offset, offset + rank).map(_ / (sum(offset + rank) + Prior))
}
