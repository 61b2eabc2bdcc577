package cartograph.sales

import java.io.{ByteArrayOutputStream, DataOutputStream}
import java.nio.charset.StandardCharsets.UTF_8

/**
 * The position of a record on the stream. If a cluster or a topic is recreated, its offsets start again; `source` and
 * `kafkaMs` then distinguish new records from old ones.
 */
final case class Address(source: String, topic: String, partition: Int, offset: Long, kafkaMs: Long)

object Address {
  implicit val ordering: Ordering[Address] = (a, b) => {
    // Any total order will do. The offset comes first because it almost always decides.
    val byOffset = java.lang.Long.compare(a.offset, b.offset)
    if (byOffset != 0) byOffset
    else {
      val byPartition = Integer.compare(a.partition, b.partition)
      if (byPartition != 0) byPartition
      else {
        val byTime = java.lang.Long.compare(a.kafkaMs, b.kafkaMs)
        if (byTime != 0) byTime
        else if (a.topic != b.topic) a.topic.compareTo(b.topic)
        else a.source.compareTo(b.source)
      }
    }
  }
}

/** A valid sale, as accumulate stored it. `kind` is the type of the sale, such as `purchase`. */
final case class Interaction(
    address: Address,
    user: String,
    product: String,
    /** Number of units; negative for a return. */
    quantity: Double,
    /** Epoch ms, UTC. */
    atMs: Long,
    kind: String,
    orderId: Option[String],
    price: Option[Double],
    productName: Option[String],
    /** The id that the producer gave to the sale. */
    saleId: Option[String] = None
) {

  /**
   * Returns address and content as unambiguous bytes: the length of each string precedes it. A sale without an id has the same
   * bytes as before there were ids.
   */
  def canonical: Array[Byte] = {
    val bytes = new ByteArrayOutputStream(256)
    val out = new DataOutputStream(bytes)
    def text(value: String): Unit = {
      val encoded = value.getBytes(UTF_8)
      out.writeInt(encoded.length)
      out.write(encoded)
    }
    def optional(value: Option[String]): Unit = value match {
      case Some(present) => out.writeByte(1); text(present)
      case None => out.writeByte(0)
    }
    text(address.source)
    text(address.topic)
    out.writeInt(address.partition)
    out.writeLong(address.offset)
    out.writeLong(address.kafkaMs)
    text(user)
    text(product)
    out.writeDouble(quantity)
    out.writeLong(atMs)
    text(kind)
    optional(orderId)
    optional(price.map(_.toString))
    optional(productName)
    if (saleId.nonEmpty) optional(saleId)
    bytes.toByteArray
  }
}
