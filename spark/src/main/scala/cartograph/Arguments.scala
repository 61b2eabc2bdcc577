package cartograph

/**
 * The command line of the job. Everything else is in the windows.
 *
 * @param lake    URI of the bucket or directory, without a slash at the end
 * @param window  number of the window to train on, from 1
 * @param attempt number of the attempt, from 1
 */
final case class Arguments(lake: String, window: Int, attempt: Int)

object Arguments {
  private val Usage = "--lake s3://BUCKET --window N --attempt K"

  /**
   * Parses the command line.
   *
   * @throws IllegalArgumentException if an argument is missing, unknown or invalid; the message names it
   */
  def parse(args: Seq[String]): Arguments = {
    val values = args.grouped(2).map {
      case Seq(name, value) if Usage.contains(s"$name ") && name.startsWith("--") => name.drop(2) -> value
      case other => throw new IllegalArgumentException(s"Cannot start: is ${other.mkString(" ")}, should be $Usage")
    }.toMap

    def value(name: String): String =
      values.getOrElse(name, throw new IllegalArgumentException(s"Cannot start: --$name is missing, should be $Usage"))

    def number(name: String): Int = {
      val text = value(name)
      text.toIntOption.filter(_ >= 1).getOrElse(
        throw new IllegalArgumentException(s"Cannot start: --$name is $text, should be a whole number from 1")
      )
    }

    val lake = value("lake")
    require(
      lake.matches("(s3|file)://.+"),
      s"Cannot start: --lake is $lake, should be s3://BUCKET or file:///DIRECTORY"
    )
    Arguments(lake.stripSuffix("/"), number("window"), number("attempt"))
  }
}
