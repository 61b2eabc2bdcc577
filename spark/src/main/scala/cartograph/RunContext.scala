package cartograph

import org.apache.spark.SparkContext
import org.apache.spark.util.SerializableConfiguration

import cartograph.platform.{Keys, Lake, RunFiles, SecretText, StepTimer}
import cartograph.sales.{TombstoneInputs, Tombstones}

/**
 * The places that one attempt at a run reads and writes, and the timer of its steps.
 *
 * @param secret where the secret of personal ids is, as [[SecretText]] takes it; None if the configuration does not say it
 */
final class RunContext(val sc: SparkContext, val lake: Lake, val arguments: Arguments, secret: Option[String] = None) {
  val steps: StepTimer = new StepTimer(arguments.window)
  val files: RunFiles = new RunFiles(
    lake.root,
    Keys.run(arguments.window, arguments.attempt),
    new SerializableConfiguration(sc.hadoopConfiguration)
  )

  /** Reads the users whom a run leaves out; the secret only if there are any. */
  def tombstones(inputs: Option[TombstoneInputs]): Tombstones = Tombstones.read(
    sc,
    lake,
    inputs,
    secret = SecretText.read(secret.getOrElse(throw new IllegalArgumentException(
      s"Cannot leave out users who were forgotten: ${Tombstones.SecretSetting} is not set, should name the secret of personal ids"
    )))
  )

  /** The number of the run, which is that of its window. */
  def run: Int = arguments.window
}
