package cartograph

import java.nio.file.Files

import scala.jdk.CollectionConverters._

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
      .setAll(ofThisMachine)
    val configured = TrainJob.configuration.getAll.foldLeft(settings) { case (all, (name, value)) =>
      all.setIfMissing(name, value)
    }
    new SparkContext(configured)
  }

  /** The settings with which jobs run on one machine. */
  private def ofThisMachine: Seq[(String, String)] =
    Files.readAllLines(Fixtures.root.resolve("spark/local-spark.conf")).asScala.toSeq.filter(_.nonEmpty).map { line =>
      val equals = line.indexOf('=')
      line.take(equals) -> line.drop(equals + 1)
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
