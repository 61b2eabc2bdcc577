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
}
