package cartograph.platform

import org.apache.parquet.example.data.Group
import org.apache.parquet.schema.{MessageType, MessageTypeParser}

/** What a column holds, in the words of Parquet and of GraphML. */
sealed abstract class ColumnKind(val parquet: String => String, val graphMl: String) extends Serializable
object ColumnKind {
  case object Text extends ColumnKind(name => s"binary $name (UTF8)", "string")
  case object Int32 extends ColumnKind(name => s"int32 $name", "int")
  case object Int64 extends ColumnKind(name => s"int64 $name", "long")
  case object Decimal extends ColumnKind(name => s"double $name", "double")
}

/** A column of a table that is written in several formats. */
final case class Column[Row](name: String, kind: ColumnKind, isOptional: Boolean, value: Row => Option[Any]) {

  /** As in CSV and GraphML; nothing is the empty text. */
  def text(row: Row): String = value(row).fold("") {
    case decimal: Double => Csv.decimal(decimal)
    case other => other.toString
  }
}

/** The columns of a table, in their order; docs/files.md tells what they mean. */
final case class Columns[Row](table: String, columns: Seq[Column[Row]]) {
  def names: Seq[String] = columns.map(_.name)
  def texts(row: Row): Seq[String] = columns.map(_.text(row))

  def schema: MessageType = MessageTypeParser.parseMessageType(
    columns.map(column => s"  ${if (column.isOptional) "optional" else "required"} ${column.kind.parquet(column.name)};\n")
      .mkString(s"message $table {\n", "", "}")
  )

  def fill(group: Group, row: Row): Unit = columns.foreach { column =>
    column.value(row).foreach {
      case text: String => group.append(column.name, text)
      case number: Int => group.append(column.name, number)
      case number: Long => group.append(column.name, number)
      case number: Double => group.append(column.name, number)
      case other => throw new IllegalArgumentException(
          s"Cannot write column ${column.name}: it is ${other.getClass}, should be text or a number"
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
