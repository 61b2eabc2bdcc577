package cartograph.platform

import java.io.{FileNotFoundException, OutputStream}
import java.net.URI
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{FileAlreadyExistsException, Files, Paths, StandardOpenOption}

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, Path}
import software.amazon.awssdk.regions.Region
import software.amazon.awssdk.services.s3.S3Client

/**
 * The bucket, or a directory in its place.
 *
 * @param root `s3://BUCKET` or `file:///DIRECTORY`, without a slash at the end
 */
final class Lake(val root: String, configuration: Configuration) {
  private val fileSystem: FileSystem = {
    val found = FileSystem.get(new URI(root), configuration)
    found.setWriteChecksum(false)
    found
  }

  def path(key: String): Path = new Path(s"$root/$key")

  /** The text of an object; None if there is none. */
  def read(key: String): Option[String] =
    try {
      val in = fileSystem.open(path(key))
      try Some(new String(in.readAllBytes(), UTF_8))
      finally in.close()
    } catch {
      case _: FileNotFoundException => None
    }

  /** Opens a new object below an attempt's own prefix; it appears when the stream is closed. */
  def create(key: String): OutputStream = fileSystem.create(path(key), true)

  /**
   * Writes an object that must not exist. Hadoop's connector has no conditional put, so this goes by the AWS SDK.
   *
   * @return false if there is one already; nothing is changed then
   */
  def createIfAbsent(key: String, text: String): Boolean =
    if (root.startsWith("file:")) createFileIfAbsent(key, text) else createObjectIfAbsent(key, text)

  private def createFileIfAbsent(key: String, text: String): Boolean = {
    val file = Paths.get(new URI(s"$root/$key"))
    Files.createDirectories(file.getParent)
    try {
      Files.write(file, text.getBytes(UTF_8), StandardOpenOption.CREATE_NEW)
      true
    } catch {
      case _: FileAlreadyExistsException => false
    }
  }

  private def createObjectIfAbsent(key: String, text: String): Boolean = {
    val client = s3Client()
    try new ConditionalPuts(client, new URI(root).getHost).createIfAbsent(key, text.getBytes(UTF_8))
    finally client.close()
  }

  /** The same endpoint and region as Hadoop's connector; credentials by the SDK's default chain. */
  private def s3Client(): S3Client = {
    val builder = S3Client.builder()
    Option(configuration.get("fs.s3a.endpoint")).filter(_.nonEmpty).foreach { endpoint =>
      builder.endpointOverride(new URI(if (endpoint.contains("://")) endpoint else s"https://$endpoint"))
    }
    Option(configuration.get("fs.s3a.endpoint.region")).filter(_.nonEmpty).foreach { region =>
      builder.region(Region.of(region))
    }
    builder.forcePathStyle(configuration.getBoolean("fs.s3a.path.style.access", false)).build()
  }
}
