package cartograph.platform

object Csv {

  /** One line; a field is quoted only if it holds a comma, a quote or a line break. */
  def line(fields: Seq[String]): String = fields.map(quoted).mkString("", ",", "\n")

  private def quoted(field: String): String =
    if (field.exists(c => c == ',' || c == '"' || c == '\n' || c == '\r')) "\"" + field.replace("\"", "\"\"") + "\""
    else field

  /** Six decimals at most, never an exponent. */
  def decimal(value: Double): String =
    java.math.BigDecimal.valueOf(value).setScale(6, java.math.RoundingMode.HALF_UP).stripTrailingZeros.toPlainString
}
