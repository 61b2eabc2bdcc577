package cartograph.platform

import org.apache.spark.{HashPartitioner, OneToOneDependency, SparkException}

import cartograph.SparkSuite

class ByKeyTest extends SparkSuite {

  test("values are in the order of their keys, and those of equal keys in theirs") {
    assert(ByKey.values(Seq(3 -> "c", 1 -> "a", 3 -> "d", 2 -> "b")).toSeq === Seq("a", "b", "c", "d"))
  }

  test("a join has the keys of both sides in the order and the partitions of the left one, however the right one is divided") {
    val users = sc.parallelize(Seq(5 -> "e", 2 -> "b", 4 -> "d", 9 -> "i"), 3).partitionBy(new HashPartitioner(2))
    val order = users.collect().map { case (user, _) => user }.toSeq
    for (parts <- Seq(1, 2, 5)) {
      val ages = sc.parallelize(Seq(9 -> 90, 5 -> 50, 2 -> 20, 7 -> 70), parts)
      val joined = ByKey.joined(users, ages)
      assert(joined.partitioner === users.partitioner)
      assert(joined.collect().toSeq === order.filterNot(_ == 4).map(user =>
        user -> (('a' + user - 1).toChar.toString -> 10 * user)
      ))
      val all = ByKey.leftJoined(users, ages)
      assert(all.partitioner === users.partitioner)
      assert(all.collect().toSeq === order.map(user =>
        user -> (('a' + user - 1).toChar.toString -> Option.when(user != 4)(10 * user))
      ))
    }
    val twice = intercept[SparkException](ByKey.joined(users, sc.parallelize(Seq(5 -> 1, 5 -> 2))).collect()).getCause.getMessage
    assert(twice === "Cannot join: the right side has the key 5 twice")
    assert(ByKey.joined(users, users.mapValues(_.length)).dependencies.forall(_.isInstanceOf[OneToOneDependency[_]]))
    val message = intercept[IllegalStateException](ByKey.joined(sc.parallelize(Seq(1 -> 1)), users)).getMessage
    assert(message === "Cannot join: the left side has no partitioner")
  }
}
