import { z } from 'zod';

/** Memory in GB that a worker of so many vCPU may have: https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/app-behavior.html */
const WORKER_GB: Readonly<Record<number, readonly [number, number]>> = {
  1: [2, 8],
  2: [4, 16],
  4: [8, 30],
  8: [16, 60],
  16: [32, 120],
};

/**
 * What a worker takes of the capacity: Spark adds a tenth to its memory, at least 384 MB, and the service rounds up to
 * whole GB.
 */
export const takenGb = (memoryGb: number): number => Math.ceil(Math.max(memoryGb * 1.1, memoryGb + 0.375));

const Worker = z
  .strictObject({
    vcpu: z.literal([1, 2, 4, 8, 16]).default(4),
    /** What Spark gets; a tenth more is taken. */
    memoryGb: z.int().min(1).max(108).default(12),
    /** Temporary disk, GB; 20 are free of charge. */
    diskGb: z.int().min(20).max(200).default(20),
  })
  .superRefine(({ vcpu, memoryGb }, context) => {
    const [least, most] = WORKER_GB[vcpu] ?? [0, 0];
    const taken = takenGb(memoryGb);
    if (taken < least || taken > most)
      context.addIssue({
        code: 'custom',
        path: ['memoryGb'],
        message: `is ${memoryGb}, which takes ${taken} GB; a worker of ${vcpu} vCPU should take ${least} to ${most} GB`,
      });
  });
type Worker = z.infer<typeof Worker>;

/** The Spark job and the application that it runs in. */
export const Train = z
  .strictObject({
    /** Attempts per window before it is given up, with an alarm. */
    attempts: z.int().min(1).max(100).default(3),
    /** An attempt that has run this long is cancelled, minutes. */
    deadlineMinutes: z.int().min(5).max(1440).default(60),
    /** https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/release-versions.html; the job needs Spark 4. */
    releaseLabel: z
      .string()
      .regex(/^emr-/, 'should be a release label such as emr-spark-8.0.0')
      .default('emr-spark-8.0.0'),
    architecture: z.enum(['ARM64', 'X86_64']).default('ARM64'),
    driver: Worker.prefault({}),
    /** Every executor; there are as many as the ceiling holds. */
    executor: Worker.prefault({}),
    /** The spending limit: driver and executors of all jobs together. A new account's quota is thought to be 16 vCPU. */
    maximumVcpu: z.int().min(2).max(4000).default(16),
    maximumMemoryGb: z.int().min(4).max(30_000).default(64),
    /** Executors, and a driver, that are kept warm: a run starts at once, and they cost while idle. 0: none. */
    preInitialisedExecutors: z.int().min(0).max(100).default(0),
    /** After this long without a job the application stops, and with it what is kept warm, minutes. */
    idleMinutes: z.int().min(1).max(10_080).default(1),
  })
  .superRefine((train, context) => {
    const executors = executorsOf(train);
    const { driver, executor, maximumVcpu, maximumMemoryGb } = train;
    if (executors < 1)
      context.addIssue({
        code: 'custom',
        path: ['maximumVcpu'],
        message: `is ${maximumVcpu} and maximumMemoryGb is ${maximumMemoryGb}, should hold the driver and one executor, or the job would wait for ever: at least ${driver.vcpu + executor.vcpu} and ${takenGb(driver.memoryGb) + takenGb(executor.memoryGb)}`,
      });
    if (train.preInitialisedExecutors > Math.max(executors, 0))
      context.addIssue({
        code: 'custom',
        path: ['preInitialisedExecutors'],
        message: `is ${train.preInitialisedExecutors}, should be at most ${executors}, for which the ceiling has room`,
      });
  });
export type Train = z.infer<typeof Train>;

/** How many executors fit beside the driver below the application's maximum capacity. */
export function executorsOf({
  driver,
  executor,
  maximumVcpu,
  maximumMemoryGb,
}: {
  readonly driver: Worker;
  readonly executor: Worker;
  readonly maximumVcpu: number;
  readonly maximumMemoryGb: number;
}): number {
  return Math.floor(
    Math.min(
      (maximumVcpu - driver.vcpu) / executor.vcpu,
      (maximumMemoryGb - takenGb(driver.memoryGb)) / takenGb(executor.memoryGb),
    ),
  );
}
