package cartograph

import org.apache.spark.SparkContext
import org.apache.spark.util.SerializableConfiguration

import cartograph.platform.{Keys, Lake, RunFiles, StepTimer}

/** Where one attempt at a run reads and writes, and what times its steps. */
final class RunContext(val sc: SparkContext, val lake: Lake, val arguments: Arguments) {
  val steps: StepTimer = new StepTimer(arguments.window)
  val files: RunFiles = new RunFiles(
    lake.root,
    Keys.run(arguments.window, arguments.attempt),
    new SerializableConfiguration(sc.hadoopConfiguration)
  )

  /** The number of the run, which is that of its window. */
  def run: Int = arguments.window
}
