package cartograph.features

import org.apache.spark.rdd.RDD

import cartograph.platform.Broadcasts

/**
 * The products of a snapshot in the memory of one machine: the common ones, and of the others those with the most buyers.
 *
 * @param blocks  the common products first, then the others
 * @param missing number of products that were bought but are not here
 */
final class DescribedProducts private (val count: Int, blocks: Array[ProductBlock], val missing: Int) {
  private val blockOf = Array.fill(count)(-1)
  private val placeOf = new Array[Int](count)
  blocks.indices.foreach { block =>
    blocks(block).products.indices.foreach { place =>
      blockOf(blocks(block).products(place)) = block
      placeOf(blocks(block).products(place)) = place
    }
  }
  private val counts = blocks.map(block => new Array[Int](block.size * DescribedProducts.Counts))

  def common: ProductBlock = blocks.head

  /** Returns true if the product was bought and is here. */
  def isKnown(product: Int): Boolean = blockOf(product) >= 0

  /** Returns the block that has a known product, and the product's place in it. */
  def block(product: Int): ProductBlock = blocks(blockOf(product))
  def place(product: Int): Int = placeOf(product)

  /** Lines of a known product by span of [[ProductStats.Spans]], and then the number of its buyers. */
  def countOf(product: Int, index: Int): Int = counts(blockOf(product))(placeOf(product) * DescribedProducts.Counts + index)

  private def setCounts(product: Int, lines: Array[Int], buyers: Int): Unit = {
    val (own, offset) = (counts(blockOf(product)), placeOf(product) * DescribedProducts.Counts)
    System.arraycopy(lines, 0, own, offset, lines.length)
    own(offset + lines.length) = buyers
  }
}

object DescribedProducts {
  /** Other products, at most, and the memory that they may take. */
  private val MostOthers = 250000
  private val MostBytes = 256L << 20
  /** The position of the number of buyers among the counts of a product. */
  val Buyers: Int = ProductStats.Spans.length
  private val Counts = Buyers + 1

  /**
   * Collects the products on the driver: some 900 bytes for each with a rank of 64, at most 256 MB.
   *
   * @param count products have the numbers below it
   */
  def of(snapshot: Snapshot, count: Int, mostOthers: Int = MostOthers): DescribedProducts = {
    val bytesPerProduct = 4L * (Features.Product.size + 3 * snapshot.rank + Counts + 3) + 8
    val most = math.min(mostOthers.toLong, MostBytes / bytesPerProduct).toInt
    val blocks = snapshot.common.value +: snapshot.others.fold(Array.empty[ProductBlock])(blocksOf(snapshot, _, most))
    val bought = snapshot.stats.count().toInt
    val all = new DescribedProducts(count, blocks, missing = bought - blocks.map(_.size).sum)
    // A partition at a time, because the driver need not hold more objects than that.
    snapshot.stats.mapValues(found => (found.lines, found.buyers)).toLocalIterator
      .foreach { case (product, (lines, buyers)) => if (all.isKnown(product)) all.setCounts(product, lines, buyers) }
    all
  }

  /** @return a block for each partition, of `most` products in all: those with the most buyers, ties by number */
  private def blocksOf(snapshot: Snapshot, others: RDD[(Int, ProductRow)], most: Int): Array[ProductBlock] = {
    val (common, rank) = (snapshot.common, snapshot.rank)
    val buyers = snapshot.buyers.filter { case (product, _) => common.value.placeOf(product) < 0 }
    val kept =
      if (buyers.count() <= most) others
      else {
        val best = buyers.takeOrdered(most)(Ordering.by { case (product, count) => (-count, product) }).map(_._1).sorted
        val sent = Broadcasts.checked(others.sparkContext, "products to keep", best, 4L * best.length)
        others.filter { case (product, _) => java.util.Arrays.binarySearch(sent.value, product) >= 0 }
      }
    kept.mapPartitions(rows => Iterator.single(ProductBlock.of(rows.toArray, Array.empty, rank))).collect()
  }
}
