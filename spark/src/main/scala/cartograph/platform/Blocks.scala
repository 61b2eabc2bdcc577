package cartograph.platform

import java.io.ByteArrayOutputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.util.zip.GZIPOutputStream

import com.fasterxml.jackson.databind.JsonNode

/** A run of rows within a file: every key in the block is ≥ `from`; every earlier key is < `from`. */
final case class Block(from: String, sizeBytes: Int)

/** A file and its blocks. The first block starts at byte 0, and the blocks follow each other without gaps. */
final case class BlocksFile(file: RunFile, blocks: Seq[Block])

/** The blocks of sorted tables, which readers fetch one by one by their byte ranges. */
object Blocks {

  /** Returns the document as one line, compressed as a gzip member; gzip members in a row form a gzip file. */
  def gzipped(document: JsonNode): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val gzip = new GZIPOutputStream(bytes)
    gzip.write(s"$document\n".getBytes(UTF_8))
    gzip.close()
    bytes.toByteArray
  }

  /**
   * Returns the shortest prefix of `key` that is greater than `previous`, so that the index stays small when keys are long.
   * The prefix never ends between the two halves of a surrogate pair.
   *
   * @throws IllegalArgumentException if `key` is not greater than `previous`; the message names both
   */
  def separator(previous: String, key: String): String = {
    requireAscending(previous, key)
    val length = previous.zip(key).takeWhile { case (a, b) => a == b }.size + 1
    key.take(if (Character.isHighSurrogate(key.charAt(length - 1))) length + 1 else length)
  }

  /** @throws IllegalArgumentException if `key` is not greater than `previous`; the message names both */
  def requireAscending(previous: String, key: String): Unit =
    require(previous < key, s"Cannot cut blocks: key $key follows $previous, should be greater")
}
