package cartograph.output

import java.text.Normalizer
import java.util.Locale

/**
 * Under what a product is found by its name: from each of its first words on, so that "glass" finds "Blue glass lamp". Case,
 * accents and what is neither letter nor digit do not count. The page that searches makes its keys by the same rule,
 * lambdas/client/index/search-key.ts; test/fixtures/search-keys.json holds both to it.
 */
object SearchKeys {
  private val Words = 5
  /** Words of a name from which on it is found. */
  val Beginnings = 12

  /** @return distinct, in the order of the words; empty if there is neither letter nor digit in the name */
  def of(name: String): Seq[String] = {
    val words = Normalizer.normalize(name.replaceAll("[™®©℠]", ""), Normalizer.Form.NFKD)
      .toLowerCase(Locale.ROOT)
      .replaceAll("\\p{M}+", "")
      .replace('ς', 'σ')
      .split("[^\\p{L}\\p{N}]+")
      .filter(_.nonEmpty)
    words.indices.take(Beginnings).map(at => words.slice(at, at + Words).mkString(" ")).distinct
  }
}
