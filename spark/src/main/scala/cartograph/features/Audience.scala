package cartograph.features

import org.apache.spark.rdd.RDD

import cartograph.platform.NumberPartitioner
import cartograph.sales.Purchases

/**
 * The mean factor of the users who bought a product, shrunk towards zero:
 *
 *   sum over lines of the product of the user's factor / (number of lines + 5)
 *
 * @param lastHorizon over the lines of the last horizon; `rank` values
 * @param lastQuarter over the lines of the last quarter horizon; `rank` values
 */
final case class Audience(lastHorizon: Array[Float], lastQuarter: Array[Float])

object Audience {
  /** Lines with a factor of zero that every mean includes. */
  private val Prior = 5f

  /**
   * Finds the audience of every product that was bought in the last horizon.
   *
   * @param purchases by user, before the moment
   * @param users     by user, the factor, `rank` values
   * @param products  where products are placed
   * @return by product; sums are made in the order of partitions and users, so that they can be repeated
   */
  def of(
      purchases: RDD[(Int, Purchases)],
      users: RDD[(Int, Array[Float])],
      moment: Moment,
      rank: Int,
      products: NumberPartitioner
  ): RDD[(Int, Audience)] =
    purchases.join(users).mapPartitionsWithIndex { (part, rows) =>
      // Of a product: the sum and the number of lines of the last horizon, then those of the last quarter.
      val sums = scala.collection.mutable.HashMap.empty[Int, Array[Float]]
      rows.toArray.sortBy(_._1).foreach { case (_, (bought, factor)) =>
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
      val sum = parts.toArray.sortBy(_._1).map(_._2).reduce((a, b) => a.zip(b).map { case (x, y) => x + y })
      Audience(mean(sum, 0, rank), mean(sum, rank + 1, rank))
    }

  /** Adds a factor, and 1 to the number after it. */
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
