package cartograph

import java.nio.file.{Files, Path => FilePath, Paths}

/** The samples that the tests of both languages read. Maven may run in spark/ or in the directory above. */
object Fixtures {
  val directory: FilePath =
    Seq(Paths.get("test", "fixtures"), Paths.get("..", "test", "fixtures"))
      .map(_.toAbsolutePath.normalize)
      .find(Files.isDirectory(_))
      .get

  def text(name: String): String = Files.readString(directory.resolve(name))

  /** Saves what a test found, if UPDATE_FIXTURES=1 asks for it; otherwise a test only compares, and fails without the file. */
  def update(name: String, found: => String): Unit =
    if (sys.env.get("UPDATE_FIXTURES").contains("1")) Files.writeString(directory.resolve(name), found)
}
