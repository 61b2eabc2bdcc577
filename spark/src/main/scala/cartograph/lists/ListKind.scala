package cartograph.lists

/** Which of the two lists. */
sealed abstract class ListKind(val name: String) extends Serializable {
  /** Whether a candidate may stand in the list. */
  def admits(owned: Boolean): Boolean
  def of(lists: Lists): Array[Ranked]
}
object ListKind {
  case object Any extends ListKind("any") {
    def admits(owned: Boolean): Boolean = true
    def of(lists: Lists): Array[Ranked] = lists.any
  }
  case object New extends ListKind("new") {
    def admits(owned: Boolean): Boolean = !owned
    def of(lists: Lists): Array[Ranked] = lists.fresh
  }
  val all: Seq[ListKind] = Seq(Any, New)
}
