package cartograph.platform

import java.util.concurrent.Executors

import scala.concurrent.duration.Duration
import scala.concurrent.{Await, ExecutionContext, Future}

/** Runs Spark jobs of few tasks in parallel, because one of them alone would leave most cores idle. */
object ParallelJobs {

  /**
   * Runs all jobs and waits for them.
   *
   * @return the results in the order of `jobs`; if any job fails, its exception is thrown instead
   */
  def run[Result](jobs: Seq[() => Result]): Seq[Result] = {
    val threads = Executors.newFixedThreadPool(math.max(1, jobs.size))
    implicit val context: ExecutionContext = ExecutionContext.fromExecutor(threads)
    try Await.result(Future.sequence(jobs.map(job => Future(job()))), Duration.Inf)
    finally threads.shutdown()
  }
}
