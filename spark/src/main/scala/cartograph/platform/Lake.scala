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
 * The bucket, or a local directory that takes its place.
 *
 * @param root `s3://BUCKET` or `file:///DIRECTORY`, without a trailing slash
 */
final class Lake(val root: String, configuration: Configuration) {
  private val fileSystem: FileSystem = {
    val found = FileSystem.get(new URI(root), configuration)
    found.setWriteChecksum(false)
    found
  }

  def path(key: String): Path = new Path(s"$root/$key")

  /** Returns the text of an object; None if the object does not exist. */
  def read(key: String): Option[String] =
    try {
      val in = fileSystem.open(path(key))
      try Some(new String(in.readAllBytes(), UTF_8))
      finally in.close()
    } catch {
      case _: FileNotFoundException => None
    }

  /**
   * Opens an object for writing. It replaces an existing object, so keys must be below the attempt's own prefix. In S3 the
   * object appears when the stream is closed.
   */
  def create(key: String): OutputStream = fileSystem.create(path(key), true)

  /**
   * Writes an object that must not exist yet. Hadoop's connector has no conditional put, so this uses the AWS SDK.
   *
   * @return false if the object exists already; it is left as it is
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

  /** Uses the endpoint and region of Hadoop's connector, and the SDK's default credentials chain. */
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
