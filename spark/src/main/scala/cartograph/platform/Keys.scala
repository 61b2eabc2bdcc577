package cartograph.platform

/** The keys that the job builds. It reads all other keys from windows and manifests. */
object Keys {
  private def number(value: Int): String = f"$value%08d"
  def window(window: Int): String = s"windows/${number(window)}.json"
  def manifest(run: Int): String = s"manifests/${number(run)}.json"
  val Current: String = "current.json"
  /** The prefix of the files of an attempt. */
  def run(run: Int, attempt: Int): String = s"runs/${number(run)}/${number(attempt)}/"
}
