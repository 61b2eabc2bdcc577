package cartograph.platform

/** Formats numbers for sentences. */
object Numbers {
  /** Returns the number with commas between thousands, such as 1,234,567. It does not depend on the machine's locale. */
  def grouped(number: Long): String = "%,d".formatLocal(java.util.Locale.ROOT, number)
}
