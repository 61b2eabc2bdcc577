package cartograph.platform

import java.io.ByteArrayOutputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.{ByteBuffer, ByteOrder}

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import org.scalatest.funsuite.AnyFunSuite

class TensorsTest extends AnyFunSuite {
  private val tensors = Seq(
    Tensor("bytes", Tensor.U8, Seq(3))(_.bytes("abc".getBytes(UTF_8))),
    Tensor.ints("ints", Array(1, -2, Int.MaxValue)),
    Tensor.floats("floats", Array(0.5f, Float.NaN)),
    Tensor.doubles("doubles", 2, 2)(Array(1, 2, 3, 1e-300))
  )

  private def written(all: Seq[Tensor]): (JsonNode, ByteBuffer) = {
    val out = new ByteArrayOutputStream
    Tensors.write(all, out)
    val file = ByteBuffer.wrap(out.toByteArray).order(ByteOrder.LITTLE_ENDIAN)
    val length = file.getLong().toInt
    val header = new String(file.array, 8, length, UTF_8)
    file.position(8 + length)
    (Documents.parse("header", header), file.slice().order(ByteOrder.LITTLE_ENDIAN))
  }

  test("the header names every tensor with type, shape and place; the values are little-endian, the longest first") {
    val (header, data) = written(tensors)
    def place(name: String): Seq[Long] = header.get(name).get("data_offsets").elements.asScala.map(_.asLong).toSeq
    assert(header.fieldNames.asScala.toSeq === Seq("doubles", "ints", "floats", "bytes"))
    assert(Seq("doubles", "ints", "floats", "bytes").map(place) === Seq(Seq(0, 32), Seq(32, 44), Seq(44, 52), Seq(52, 55)))
    assert(header.get("doubles").toString === """{"dtype":"F64","shape":[2,2],"data_offsets":[0,32]}""")
    assert((data.getDouble(24), data.getInt(36), data.getInt(40)) === ((1e-300, -2, Int.MaxValue)))
    assert(data.getFloat(44) === 0.5f && data.getFloat(48).isNaN && data.get(54) === 'c'.toByte)
    assert(data.limit() === 55)
  }

  test("values are at multiples of their length, however long the header is") {
    (1 to 9).foreach { length =>
      val out = new ByteArrayOutputStream
      Tensors.write(Seq(Tensor.doubles("d" * length, 1)(Array(1.0))), out)
      assert(out.size % 8 === 0)
    }
  }

  test("more values than the buffer holds are all written") {
    val (_, data) = written(Seq(Tensor.ints("many", Array.range(0, 40000))))
    assert((data.limit(), data.getInt(4 * 39999)) === ((160000, 39999)))
  }
}
