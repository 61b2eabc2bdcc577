package cartograph.lists

/** The two kinds of recommendation lists. `name` is the kind's name in files: `any` or `new`. */
sealed abstract class ListKind(val name: String) extends Serializable {
  /** Returns true if the list may contain a product that its user has bought (`owned` is true) or has not bought (false). */
  def admits(owned: Boolean): Boolean
  /** Returns the list of this kind. */
  def select(lists: Lists): Array[Ranked]
}
object ListKind {
  /** Top picks, which may include products that the user has bought. */
  case object Any extends ListKind("any") {
    def admits(owned: Boolean): Boolean = true
    def select(lists: Lists): Array[Ranked] = lists.any
  }
  /** Discoveries: only products that the user has not bought. */
  case object New extends ListKind("new") {
    def admits(owned: Boolean): Boolean = !owned
    def select(lists: Lists): Array[Ranked] = lists.newOnly
  }
  val all: Seq[ListKind] = Seq(Any, New)
}
