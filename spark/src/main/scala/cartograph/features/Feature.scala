package cartograph.features

/**
 * One column of the row that describes a candidate to a ranker.
 *
 * @param name     unique; the log and docs/quality.md use it
 * @param meaning  one line, with the unit
 * @param group    name of the [[FeatureGroup]]
 * @param position column in the row of a candidate, from 0
 * @param absent   value where the group does not apply to a candidate
 */
final case class Feature(name: String, meaning: String, group: String, position: Int, absent: Float)

/** Computes a feature. `Function1` would box every value. */
trait FeatureFunction[-Context] {
  def apply(context: Context): Double
}

/**
 * Features that are computed from the same context. Their columns are next to each other, in the order of declaration.
 *
 * @param name    name of the group
 * @param from    position of its first feature
 * @tparam Context value that its features are computed from
 */
final class FeatureGroup[Context](val name: String, val from: Int) {
  private val declared = Vector.newBuilder[(Feature, FeatureFunction[Context])]
  private val positions = Iterator.from(from)

  /**
   * Declares the next feature. The group is complete once its features or its size are first read: features that are declared
   * later are not part of it. `Features` therefore declares all of a group before it uses `until` for the next one.
   */
  def apply(name: String, meaning: String, absent: Float = 0f)(value: FeatureFunction[Context]): Feature = {
    val feature = Feature(name, meaning, this.name, positions.next(), absent)
    declared += (feature -> value)
    feature
  }

  lazy val features: Vector[Feature] = declared.result().map(_._1)
  private lazy val functions: Array[FeatureFunction[Context]] = declared.result().map(_._2).toArray
  private lazy val absent: Array[Float] = features.map(_.absent).toArray

  def size: Int = features.size

  /** Position after its last feature. */
  def until: Int = from + size

  /** Writes the values of all its features to `row`, the first of them to `offset`. */
  def fill(context: Context, row: Array[Float], offset: Int): Unit = {
    val all = functions
    var index = 0
    while (index < all.length) {
      row(offset + index) = all(index)(context).toFloat
      index += 1
    }
  }

  /** Writes the values of a candidate that the group does not apply to. */
  def fillAbsent(row: Array[Float], offset: Int): Unit = System.arraycopy(absent, 0, row, offset, absent.length)

  /** Returns the values of all its features, in order. */
  def values(context: Context): Array[Float] = {
    val row = new Array[Float](size)
    fill(context, row, 0)
    row
  }
}
