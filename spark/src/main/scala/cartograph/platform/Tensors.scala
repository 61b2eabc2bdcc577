package cartograph.platform

import java.io.OutputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.{ByteBuffer, ByteOrder}

/** Receives the values of tensors, in the byte order of the file. Bytes are collected, so that a value costs little. */
final class TensorOutput(out: OutputStream) {
  private val buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN)

  private def room(sizeBytes: Int): ByteBuffer = {
    if (buffer.remaining < sizeBytes) flush()
    buffer
  }

  def double(value: Double): Unit = room(8).putDouble(value)
  def float(value: Float): Unit = room(4).putFloat(value)
  def int(value: Int): Unit = room(4).putInt(value)
  def long(value: Long): Unit = room(8).putLong(value)
  def byte(value: Int): Unit = room(1).put(value.toByte)
  def bytes(values: Array[Byte]): Unit = {
    flush()
    out.write(values)
  }

  /** Writes what was collected. */
  def flush(): Unit = {
    out.write(buffer.array, 0, buffer.position())
    buffer.clear()
  }
}

/**
 * A named array of numbers.
 *
 * @param shape lengths, the slowest first
 * @param write writes as many values of the type as the shape says
 */
final case class Tensor(name: String, dtype: Tensor.Type, shape: Seq[Long])(val write: TensorOutput => Unit) {
  def sizeBytes: Long = shape.product * dtype.sizeBytes
}

object Tensor {
  sealed abstract class Type(val name: String, val sizeBytes: Int)
  case object F64 extends Type("F64", 8)
  case object F32 extends Type("F32", 4)
  case object I32 extends Type("I32", 4)
  case object U8 extends Type("U8", 1)

  def doubles(name: String, shape: Long*)(values: Array[Double]): Tensor =
    Tensor(name, F64, shape)(out => values.foreach(out.double))
  def floats(name: String, values: Array[Float]): Tensor =
    Tensor(name, F32, Seq(values.length.toLong))(out => values.foreach(out.float))
  def ints(name: String, values: Array[Int]): Tensor =
    Tensor(name, I32, Seq(values.length.toLong))(out => values.foreach(out.int))
}

/**
 * Writes tensors in the format safetensors (https://github.com/huggingface/safetensors): the length of the header, a header in JSON
 * that names each tensor with its type, shape and place, and the bytes of all tensors.
 */
object Tensors {
  private val Alignment = 8

  /**
   * Writes a file. Tensors with longer values come first, and the header is padded, so that every value is at a multiple of its
   * length.
   *
   * @param tensors names are unique
   */
  def write(tensors: Seq[Tensor], out: OutputStream): Unit = {
    val ordered = tensors.sortBy(-_.dtype.sizeBytes)
    val ends = ordered.map(_.sizeBytes).scanLeft(0L)(_ + _)
    val header = Documents.obj(ordered.zip(ends.zip(ends.drop(1))).map { case (tensor, (from, until)) =>
      tensor.name -> Documents.obj(
        "dtype" -> tensor.dtype.name,
        "shape" -> Documents.arr(tensor.shape),
        "data_offsets" -> Documents.arr(Seq(from, until))
      )
    }: _*).toString.getBytes(UTF_8)
    val padding = (Alignment - header.length % Alignment) % Alignment
    val values = new TensorOutput(out)
    values.long(header.length.toLong + padding)
    values.bytes(header)
    values.bytes(Array.fill(padding)(' '.toByte))
    ordered.foreach(_.write(values))
    values.flush()
  }
}
