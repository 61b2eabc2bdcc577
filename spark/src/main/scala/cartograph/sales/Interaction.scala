package cartograph.sales

import java.io.{ByteArrayOutputStream, DataOutputStream}
import java.nio.charset.StandardCharsets.UTF_8

/** Where a record lay on the stream. Source and time tell a topic made anew from the old one. */
final case class Address(source: String, topic: String, partition: Int, offset: Long, kafkaMs: Long)

object Address {
  implicit val ordering: Ordering[Address] = (a, b) => {
    // The offset first: it decides almost always, and any order will do.
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

/** One valid sale, as accumulate stored it. */
final case class Interaction(
    address: Address,
    user: String,
    product: String,
    /** Units; negative for a return. */
    quantity: Double,
    /** Epoch ms, UTC. */
    atMs: Long,
    kind: String,
    orderId: Option[String],
    price: Option[Double],
    productName: Option[String]
) {

  /** Address and content as bytes without ambiguity: every string is preceded by its length. */
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
    bytes.toByteArray
  }
}
