package cartograph.output

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path
import org.apache.spark.HashPartitioner
import org.apache.spark.util.SerializableConfiguration

import cartograph.platform.RunFiles
import cartograph.sales.InteractionFiles
import cartograph.{FileLake, Sale, SparkSuite}

class RunTablesTest extends SparkSuite {

  test("the shard of a user is the first four bytes of its SHA-256 without the sign bit, modulo the number of shards") {
    // printf ann | sha256sum starts with 49915e0d, that of bob with 81b637d8.
    assert(RunTables.shardOf("ann", 7) === 0x49915e0d % 7)
    assert(RunTables.shardOf("bob", 7) === 0x01b637d8 % 7)
    assert(RunTables.shardOf("ann", 1) === 0)
  }

  test("interactions are compacted into as many files as there are blocks, each sorted by address") {
    val lake = new FileLake
    try {
      val rows = sales((1 to 40).map(n => Sale(s"u$n", "lamp", n.toLong)): _*)
      val read = rows.map(sale => sale.address -> sale).repartitionAndSortWithinPartitions(new HashPartitioner(5)).values
      val files = new RunFiles(lake.root, "runs/", new SerializableConfiguration(new Configuration()))
      val written = new RunTables(files, blocks = 2).compacted(read)
      val found = written.map(file => InteractionFiles.read(new Path(lake.file(file.key).toUri), new Configuration()).toSeq)
      assert(found.map(_.size).sum === 40 && found.size === 2 && found.forall(_.nonEmpty))
      found.foreach(sales => assert(sales.map(_.address.offset) === sales.map(_.address.offset).sorted))
      assert(found.flatten.toSet === rows.collect().toSet)
    } finally lake.delete()
  }
}
