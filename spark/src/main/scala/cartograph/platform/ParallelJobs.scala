package cartograph.platform

import java.util.concurrent.Executors

import scala.concurrent.duration.Duration
import scala.concurrent.{Await, ExecutionContext, Future}

/** Runs Spark jobs that have one task each beside each other, for one alone would leave all cores but one idle. */
object ParallelJobs {

  /** @return in the order in which they were given; the first failure fails all */
  def run[Result](jobs: Seq[() => Result]): Seq[Result] = {
    val threads = Executors.newFixedThreadPool(math.max(1, jobs.size))
    implicit val context: ExecutionContext = ExecutionContext.fromExecutor(threads)
    try Await.result(Future.sequence(jobs.map(job => Future(job()))), Duration.Inf)
    finally threads.shutdown()
  }
}
