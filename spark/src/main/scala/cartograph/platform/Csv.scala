package cartograph.platform

/** CSV as RFC 4180 defines it. */
object Csv {

  /** Returns one line with its line feed. A field is quoted only if it contains a comma, a quote or a line break. */
  def line(fields: Seq[String]): String = fields.map(quoted).mkString("", ",", "\n")

  private def quoted(field: String): String =
    if (field.exists(c => c == ',' || c == '"' || c == '\n' || c == '\r')) "\"" + field.replace("\"", "\"\"") + "\""
    else field

  /** Formats a number with at most six decimals and never an exponent. */
  def decimal(value: Double): String =
    java.math.BigDecimal.valueOf(value).setScale(6, java.math.RoundingMode.HALF_UP).stripTrailingZeros.toPlainString
}
