package cartograph.platform

import org.scalatest.funsuite.AnyFunSuite

class ParallelJobsTest extends AnyFunSuite {

  test("results are in the order of the jobs, however they end") {
    val second = new java.util.concurrent.CountDownLatch(1)
    val results = ParallelJobs.run(Seq(
      () => { second.await(); 1 },
      () => { second.countDown(); 2 }
    ))
    assert(results === Seq(1, 2))
    assert(ParallelJobs.run(Seq.empty[() => Int]) === Nil)
  }

  test("all jobs end before the first failure is thrown; the others are suppressed, and a lack of memory is a failure too") {
    val ended = new java.util.concurrent.atomic.AtomicBoolean
    val thrown = intercept[OutOfMemoryError](ParallelJobs.run(Seq(
      () => { Thread.sleep(50); ended.set(true) },
      () => throw new OutOfMemoryError("no heap"),
      () => throw new IllegalStateException("no file")
    )))
    assert(ended.get)
    assert(thrown.getMessage === "no heap")
    assert(thrown.getSuppressed.map(_.getMessage).toSeq === Seq("no file"))
  }
}
