package cartograph.platform

import java.io.ByteArrayOutputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.util.zip.GZIPOutputStream

import com.fasterxml.jackson.databind.JsonNode

/** A run of rows within a file. All keys in it are `from` or behind it, all keys before it are in front of `from`. */
final case class Block(from: String, sizeBytes: Int)

/** A file in blocks, in their order from its first byte on. */
final case class BlocksFile(file: RunFile, blocks: Seq[Block])

object Blocks {

  /** A document as a line, and that as a gzip member: members one after the other are a gzip file. */
  def gzipped(document: JsonNode): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val gzip = new GZIPOutputStream(bytes)
    gzip.write(s"$document\n".getBytes(UTF_8))
    gzip.close()
    bytes.toByteArray
  }

  /** The shortest beginning of `key` that is behind `previous`, so that an index of long keys is short. No character is cut in two. */
  def separator(previous: String, key: String): String = {
    requireBehind(previous, key)
    val length = previous.zip(key).takeWhile { case (a, b) => a == b }.size + 1
    key.take(if (Character.isHighSurrogate(key.charAt(length - 1))) length + 1 else length)
  }

  /** @throws IllegalArgumentException if keys are not in order, or come twice; the message names both */
  def requireBehind(previous: String, key: String): Unit =
    require(previous < key, s"Cannot cut blocks: $key comes behind $previous, should be in order and once")
}
