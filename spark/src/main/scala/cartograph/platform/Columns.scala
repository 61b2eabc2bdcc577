package cartograph.platform

import org.apache.parquet.example.data.Group
import org.apache.parquet.schema.{MessageType, MessageTypeParser}

/**
 * The type of a column.
 *
 * @param parquet from a column's name to its declaration in a Parquet schema
 * @param graphMl the type's name in GraphML
 */
sealed abstract class ColumnKind(val parquet: String => String, val graphMl: String) extends Serializable
object ColumnKind {
  case object Text extends ColumnKind(name => s"binary $name (UTF8)", "string")
  case object Int32 extends ColumnKind(name => s"int32 $name", "int")
  case object Int64 extends ColumnKind(name => s"int64 $name", "long")
  case object Decimal extends ColumnKind(name => s"double $name", "double")
}

/** A column of a table that several formats share. `value` returns a String, Int, Long or Double; None if the field is empty. */
final case class Column[Row](name: String, kind: ColumnKind, isOptional: Boolean, value: Row => Option[Any]) {

  /** The value as CSV and GraphML write it; the empty string for None. */
  def text(row: Row): String = value(row).fold("") {
    case decimal: Double => Csv.decimal(decimal)
    case other => other.toString
  }
}

/** The columns of a table, in order; docs/files.md explains them. */
final case class Columns[Row](table: String, columns: Seq[Column[Row]]) {
  def names: Seq[String] = columns.map(_.name)
  def texts(row: Row): Seq[String] = columns.map(_.text(row))

  def schema: MessageType = MessageTypeParser.parseMessageType(
    columns.map(column => s"  ${if (column.isOptional) "optional" else "required"} ${column.kind.parquet(column.name)};\n")
      .mkString(s"message $table {\n", "", "}")
  )

  /** Appends the values of a row to a Parquet record of [[schema]]. */
  def fill(group: Group, row: Row): Unit = columns.foreach { column =>
    column.value(row).foreach {
      case text: String => group.append(column.name, text)
      case number: Int => group.append(column.name, number)
      case number: Long => group.append(column.name, number)
      case number: Double => group.append(column.name, number)
      case other => throw new IllegalArgumentException(
          s"Cannot write column ${column.name}: its value is of ${other.getClass}, should be text or a number"
        )
    }
  }
}

object Columns {
  def required[Row](name: String, kind: ColumnKind)(value: Row => Any): Column[Row] =
    Column(name, kind, isOptional = false, row => Some(value(row)))
  def optional[Row](name: String, kind: ColumnKind)(value: Row => Option[Any]): Column[Row] =
    Column(name, kind, isOptional = true, value)
}
