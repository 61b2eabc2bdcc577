package cartograph.output

import com.fasterxml.jackson.databind.node.JsonNodeFactory
import com.fasterxml.jackson.databind.util.RawValue
import com.fasterxml.jackson.databind.JsonNode
import org.apache.spark.rdd.RDD

import cartograph.platform.Documents.{arr, obj}
import cartograph.platform.{BlocksFile, RunFiles}
import cartograph.sales.{Purchases, Shop}

/**
 * The sales of every user, returns included, in blocks that are read one at a time: `model/histories-NNNNN.json.gz`. Newer sales of
 * a user can be merged into them. See AnswerHistories in lambdas/shared/contract/answer-model.ts.
 */
object AnswerHistories {
  private val UsersPerBlock = 50
  /** Whole numbers below it are written without a fraction. */
  private val MostDigits = 1e7f

  /** @param history by user, partitioned by `shop.byUser` and sorted by number */
  def write(files: RunFiles, shop: Shop, history: RDD[(Int, Purchases)]): Seq[BlocksFile] = {
    val rows = shop.users.zipPartitions(history, preservesPartitioning = true) { (users, histories) =>
      // Both are in the order of numbers; a user without a weighted sale has no history.
      val waiting = histories.buffered
      users.filter { case (user, _) => waiting.hasNext && waiting.head._1 == user }
        .map { case (_, id) => id -> waiting.next()._2 }
    }
    files.jsonBlocks("model/histories", rows, UsersPerBlock) { case (id, _) => id } { block =>
      obj("names" -> arr(Nil), "rows" -> arr(block.map { case (id, purchases) => arr(Seq(id, node(purchases))) }))
    }
  }

  /** Makes text at once instead of a node for each number. */
  private def node(all: Purchases): JsonNode = {
    val text = new java.lang.StringBuilder(64 * all.size)
    def column(name: String, count: Int)(append: Int => Unit): Unit = {
      text.append(if (text.length == 0) "{\"" else ",\"").append(name).append("\":[")
      var line = 0
      while (line < count) {
        if (line > 0) text.append(',')
        append(line)
        line += 1
      }
      text.append(']')
    }
    column("product", all.size)(line => text.append(all.products(line)))
    column("atMs", all.size)(line => text.append(all.atMs(line)))
    column("basket", all.size)(line => text.append(all.baskets(line)))
    column("quantity", all.size)(line => append(text, all.quantities(line)))
    column("price", all.size)(line => append(text, all.prices(line)))
    column("weight", all.size)(line => append(text, all.weights(line)))
    column("orders", all.orders.length)(basket => text.append(all.orders(basket)))
    JsonNodeFactory.instance.rawValueNode(new RawValue(text.append('}').toString))
  }

  /** Appends a decimal that is read as the same number; null for NaN. */
  private def append(text: java.lang.StringBuilder, value: Float): Unit =
    if (value.isNaN) text.append("null")
    else if (value == value.toInt && math.abs(value) < MostDigits) text.append(value.toInt)
    else text.append(value)
}
