package cartograph.platform

import java.util.concurrent.FutureTask

import scala.util.{Failure, Success, Try}

/** Runs Spark jobs of few tasks in parallel, because one of them alone would leave most cores idle. */
object ParallelJobs {

  /**
   * Runs all jobs, each on a thread of its own, and waits until all have ended.
   *
   * @return the results in the order of `jobs`
   * @throws Throwable what the first failed job has thrown, errors of the JVM such as a lack of memory too; what later jobs have
   *                   thrown is suppressed
   */
  def run[Result](jobs: Seq[() => Result]): Seq[Result] = {
    val tasks = jobs.map(job => new FutureTask[Try[Result]](() => attempted(job)))
    tasks.foreach(new Thread(_, "parallel job").start())
    val ended = tasks.map(_.get())
    val failures = ended.collect { case Failure(error) => error }
    failures.headOption.foreach { first =>
      failures.drop(1).filterNot(_ eq first).foreach(first.addSuppressed)
      throw first
    }
    ended.collect { case Success(result) => result }
  }

  /** Like `Try`, but also catches fatal errors, which would otherwise end the thread without a result. */
  private def attempted[Result](job: () => Result): Try[Result] =
    try Success(job())
    catch { case error: Throwable => Failure(error) }
}
