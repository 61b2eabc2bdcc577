package cartograph.output

import java.text.Normalizer
import java.util.Locale

/**
 * The keys under which the name of a product is found: one starts at each of its words, so that "glass" finds "Blue glass lamp".
 * Case, accents, and characters other than letters and digits are ignored. The page of the explorer normalises a search by the
 * same rules, in lambdas/client/index/search-key.ts; the tests of both check test/fixtures/search-keys.json.
 */
object SearchKeys {
  /** Words of a key. */
  private val WordsPerKey = 5
  /** Words of a name that start a key. */
  val MaxKeys: Int = 12

  /** Returns the keys in the order of the words, each once; none if the name has no letters and digits. */
  def of(name: String): Seq[String] = {
    val words = Normalizer.normalize(name.replaceAll("[™®©℠]", ""), Normalizer.Form.NFKD)
      .toLowerCase(Locale.ROOT)
      .replaceAll("\\p{M}+", "")
      .replace('ς', 'σ')
      .split("[^\\p{L}\\p{N}]+")
      .filter(_.nonEmpty)
    words.indices.take(MaxKeys).map(start => words.slice(start, start + WordsPerKey).mkString(" ")).distinct
  }
}
