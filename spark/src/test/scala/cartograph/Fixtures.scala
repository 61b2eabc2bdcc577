package cartograph

import java.nio.file.{Files, Path => FilePath, Paths}

/** The samples that the tests of both languages read. Maven may run in spark/ or in the directory above. */
object Fixtures {
  val directory: FilePath =
    Seq(Paths.get("test", "fixtures"), Paths.get("..", "test", "fixtures"))
      .map(_.toAbsolutePath.normalize)
      .find(Files.isDirectory(_))
      .get

  /** The directory of the project. */
  val root: FilePath = directory.getParent.getParent

  def text(name: String): String = Files.readString(directory.resolve(name))

  /** True if UPDATE_FIXTURES=1 asks tests to save what they found; otherwise they only compare, and fail without the file. */
  def isUpdated: Boolean = sys.env.get("UPDATE_FIXTURES").contains("1")

  /** Saves what a test found, if fixtures are updated. */
  def update(name: String, found: => String): Unit =
    if (isUpdated) Files.writeString(directory.resolve(name), found)
}
