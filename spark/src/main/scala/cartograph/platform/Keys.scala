package cartograph.platform

/** The keys that the job builds; all others stand in windows and manifests. */
object Keys {
  private def number(value: Int): String = f"$value%08d"
  def window(window: Int): String = s"windows/${number(window)}.json"
  def manifest(run: Int): String = s"manifests/${number(run)}.json"
  val Current = "current.json"
  def run(run: Int, attempt: Int): String = s"runs/${number(run)}/${number(attempt)}/"
}
