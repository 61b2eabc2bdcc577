package cartograph

import org.apache.spark.ml.recommendation.ALS
import org.apache.spark.ml.recommendation.ALS.Rating
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

/** What matrix factorisation learned: by number, a vector of length rank. Users and products without sales have none. */
final case class Factors(users: RDD[(Int, Array[Float])], products: RDD[(Int, Array[Float])])

object Factors {

  /**
   * Implicit-feedback ALS (Hu, Koren, Volinsky: Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008):
   * preference 1 for every pair with a strength, confidence 1 + alpha * strength.
   *
   * MLlib scales the regularisation by the number of a user's ratings and solves users last.
   *
   * @param strengths user, product, strength > 0; in canonical order, for sums are made in the order of the input
   */
  def fit(strengths: RDD[(Int, Int, Double)], config: ModelConfig, blocks: Int): Factors = {
    val sc = strengths.sparkContext
    val ratings = strengths
      .map { case (user, product, strength) => Rating(user, product, strength.toFloat) }
      .persist(StorageLevel.MEMORY_AND_DISK)
    if (ratings.isEmpty()) Factors(sc.emptyRDD, sc.emptyRDD)
    else {
      val (users, products) = ALS.train(
        ratings,
        rank = config.rank,
        numUserBlocks = blocks,
        numItemBlocks = blocks,
        maxIter = config.iterations,
        regParam = config.regularisation,
        implicitPrefs = true,
        alpha = config.alpha,
        seed = config.seed
      )
      Factors(users, products)
    }
  }
}
