package cartograph

import org.apache.spark.{SparkConf, SparkContext}
import org.apache.spark.rdd.RDD
import org.scalatest.funsuite.AnyFunSuite

import cartograph.sales.{Address, Interaction}

/** A suite that needs Spark. All suites of a JVM share one context. */
abstract class SparkSuite extends AnyFunSuite {
  protected lazy val sc: SparkContext = SparkSuite.context

  /** Distributes sales, with their position as offset. */
  protected def sales(all: Interaction*): RDD[Interaction] = sc.parallelize(all.zipWithIndex.map { case (sale, offset) =>
    sale.copy(address = sale.address.copy(offset = offset.toLong))
  })
}

object SparkSuite {
  lazy val context: SparkContext = {
    val settings = new SparkConf()
      .setMaster("local[2]")
      .setAppName("tests")
      .set("spark.ui.enabled", "false")
      .set("spark.driver.bindAddress", "127.0.0.1")
      .set("spark.driver.host", "127.0.0.1")
    val configured = TrainJob.configuration.getAll.foldLeft(settings) { case (all, (name, value)) =>
      all.setIfMissing(name, value)
    }
    new SparkContext(configured)
  }
}

object Sale {
  val Home: Address = Address("0a1b2c3d", "sales", 0, 0, 0)

  def apply(
      user: String,
      product: String,
      atMs: Long = 0,
      quantity: Double = 1,
      kind: String = "purchase",
      name: Option[String] = None,
      address: Address = Home
  ): Interaction = Interaction(address, user, product, quantity, atMs, kind, None, None, name)
}
