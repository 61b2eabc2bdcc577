package cartograph

import java.io.{BufferedReader, FileOutputStream, InputStreamReader, OutputStream, PrintStream}
import java.lang.reflect.InvocationTargetException
import java.nio.charset.StandardCharsets.UTF_8
import java.util.concurrent.{ExecutionException, FutureTask, LinkedBlockingQueue}

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}
import org.apache.hadoop.fs.FileSystem

/**
 * Runs one job after another in one JVM, on one machine: the next job needs neither a JVM that starts nor the compilation of code
 * that an earlier job has used. On EMR Serverless and on a cluster, each job is a spark-submit.
 *
 * It reads one job per line from standard input, as JSON:
 * {{{
 * {"main": "cartograph.TrainJob", "arguments": ["--window", "1"], "settings": {"spark.master": "local[2]"}, "log": "/a/file"}
 * }}}
 * What a job prints is appended to its log. A job that succeeds is answered by a line `done` on standard output. A job that fails
 * ends the JVM with exit code 1, so that nothing of it reaches a later job. The end of standard input ends the JVM, during a job too.
 */
object JobLoop {
  private val Done = "done"
  private val SettingsPrefix = "spark."

  def main(args: Array[String]): Unit = {
    val answers = System.out
    // Before anything is logged: a logger keeps the stream that it finds first.
    val log = new SwitchedOutput(System.err)
    val printed = new PrintStream(log, true, UTF_8)
    System.setOut(printed)
    System.setErr(printed)
    val lines = new LinkedBlockingQueue[String]
    val reader = new Thread(() => readTo(lines), "reader")
    reader.setDaemon(true)
    reader.start()
    try Iterator.continually(lines.take()).foreach { line =>
        val job = new ObjectMapper().readTree(line)
        log.switchTo(new FileOutputStream(job.get("log").asText, true))
        run(job)
        printed.flush()
        log.switchBack()
        // A line of its own, whatever native code has printed there.
        answers.print(s"\n$Done\n")
        answers.flush()
        // Frees what the job has left before the next one comes.
        System.gc()
      }
    catch {
      case error: ExecutionException => causeOf(error).printStackTrace()
      case error: Throwable => error.printStackTrace()
    } finally System.exit(1)
  }

  private def readTo(lines: LinkedBlockingQueue[String]): Unit =
    try {
      val input = new BufferedReader(new InputStreamReader(System.in, UTF_8))
      Iterator.continually(input.readLine()).takeWhile(_ != null).foreach(lines.put)
    } finally System.exit(0)

  /**
   * Runs a job to its end. Its settings are system properties meanwhile, as spark-submit passes them.
   *
   * @throws ExecutionException if the job fails, however it does
   */
  private def run(job: JsonNode): Unit = {
    val before = settings
    job.get("settings").properties.asScala.foreach { entry =>
      if (entry.getKey.startsWith(SettingsPrefix)) System.setProperty(entry.getKey, entry.getValue.asText)
    }
    val arguments = job.get("arguments").elements.asScala.map(_.asText).toArray
    val main = Class.forName(job.get("main").asText).getMethod("main", classOf[Array[String]])
    // A thread of its own, so that nothing that a thread keeps reaches the next job.
    val task = new FutureTask[AnyRef](() => main.invoke(null, arguments))
    new Thread(task, "main").start()
    task.get()
    // The file systems keep the settings of the job that first used them.
    FileSystem.closeAll()
    settings.keys.foreach(System.clearProperty)
    before.foreach { case (name, value) => System.setProperty(name, value) }
  }

  private def settings: Map[String, String] = System.getProperties.stringPropertyNames.asScala
    .filter(_.startsWith(SettingsPrefix)).map(name => name -> System.getProperty(name)).toMap

  /** Returns what a job threw, without what reflection and the thread have put around it. */
  private def causeOf(error: ExecutionException): Throwable = error.getCause match {
    case invoked: InvocationTargetException => invoked.getCause
    case other => other
  }

  /** Writes to one stream at a time. */
  private final class SwitchedOutput(first: OutputStream) extends OutputStream {
    @volatile private var target = first

    /** Writes to this stream until the switch back. */
    def switchTo(next: OutputStream): Unit = target = next

    /** Closes the stream, and writes to the first one again. */
    def switchBack(): Unit = {
      val before = target
      target = first
      before.close()
    }

    override def write(byte: Int): Unit = target.write(byte)
    override def write(bytes: Array[Byte], from: Int, count: Int): Unit = target.write(bytes, from, count)
    override def flush(): Unit = target.flush()
  }
}
