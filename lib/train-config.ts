import { z } from 'zod';

/** The memory that a worker can have, in GB, by its number of vCPUs: https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/app-behavior.html */
const WORKER_GB: Readonly<
  Record<number, { readonly least: number; readonly most: number; readonly step: number }>
> = {
  1: { least: 2, most: 8, step: 1 },
  2: { least: 4, most: 16, step: 1 },
  4: { least: 8, most: 30, step: 1 },
  8: { least: 16, most: 60, step: 4 },
  16: { least: 32, most: 120, step: 8 },
};

/**
 * Returns the memory, in GB, that a worker takes from the capacity of the application: Spark adds an overhead of 10 %, at
 * least 384 MB, and EMR Serverless has memory in steps that depend on the number of vCPUs.
 *
 * @example
 * takenGb({ vcpu: 8, memoryGb: 20 }) // 24
 */
export function takenGb({ vcpu, memoryGb }: { readonly vcpu: number; readonly memoryGb: number }): number {
  const step = WORKER_GB[vcpu]?.step ?? 1;
  return step * Math.ceil(Math.max(memoryGb * 1.1, memoryGb + 0.375) / step);
}

/** Disk of each worker that is free of charge, in GB. */
export const FREE_DISK_GB = 20;

/** The size of a driver or an executor. */
const Worker = z
  .strictObject({
    /** Number of vCPUs. */
    vcpu: z.literal([1, 2, 4, 8, 16]).default(4),
    /** Memory for Spark, in GB. The worker takes about 10 % more, rounded up to whole GB, with 8 vCPUs to a multiple of 4 GB and with 16 to one of 8 GB. */
    memoryGb: z.int().min(1).max(108).default(12),
    /** Temporary disk, in GB. 20 GB are free of charge. */
    diskGb: z.int().min(FREE_DISK_GB).max(200).default(FREE_DISK_GB),
  })
  .superRefine(({ vcpu, memoryGb }, context) => {
    const { least, most } = WORKER_GB[vcpu] ?? { least: 0, most: 0 };
    const taken = takenGb({ vcpu, memoryGb });
    if (taken < least || taken > most)
      context.addIssue({
        code: 'custom',
        path: ['memoryGb'],
        message: `is ${memoryGb}, which takes ${taken} GB; a worker with ${vcpu} vCPU should take ${least} to ${most} GB`,
      });
  });
type Worker = z.infer<typeof Worker>;

/** The Spark job and the application that it runs in. */
export const Train = z
  .strictObject({
    /** How often the training of a window is attempted before it is given up, with an alarm. */
    attempts: z.int().min(1).max(100).default(3),
    /** An attempt that has run for this long is cancelled, in minutes. */
    deadlineMinutes: z.int().min(5).max(1440).default(60),
    /** EMR release; it must have Spark 4: https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/release-versions.html */
    releaseLabel: z
      .string()
      .regex(/^emr-/, 'should be a release label such as emr-spark-8.0.0')
      .default('emr-spark-8.0.0'),
    /** Processor architecture of the workers. */
    architecture: z.enum(['ARM64', 'X86_64']).default('ARM64'),
    /** Size of the driver. */
    driver: Worker.prefault({}),
    /** Size of each executor. A job uses at most as many as fit below the two maximums. */
    executor: Worker.prefault({}),
    /** Maximum vCPUs of all workers of all jobs together: the spending limit. The default is presumably the quota of a new account. */
    maximumVcpu: z.int().min(2).max(4000).default(16),
    /** Maximum memory of all workers of all jobs together, in GB. */
    maximumMemoryGb: z.int().min(4).max(30_000).default(64),
    /** Executors to keep started, with a driver, so that a run starts immediately. They cost money while idle. 0 keeps none. */
    preInitialisedExecutors: z.int().min(0).max(100).default(0),
    /** After this many minutes without a job the application stops, including the workers that are kept started. */
    idleMinutes: z.int().min(1).max(10_080).default(1),
  })
  .superRefine((train, context) => {
    const executors = executorsOf(train);
    const { driver, executor, maximumVcpu, maximumMemoryGb } = train;
    if (executors < 1)
      context.addIssue({
        code: 'custom',
        path: ['maximumVcpu'],
        message: `is ${maximumVcpu} and maximumMemoryGb is ${maximumMemoryGb}, should be enough for the driver and one executor, or the job would wait forever: at least ${driver.vcpu + executor.vcpu} and ${takenGb(driver) + takenGb(executor)}`,
      });
    if (train.preInitialisedExecutors > Math.max(executors, 0))
      context.addIssue({
        code: 'custom',
        path: ['preInitialisedExecutors'],
        message: `is ${train.preInitialisedExecutors}, should be at most ${executors}, the number that fits below maximumVcpu and maximumMemoryGb`,
      });
  });
export type Train = z.infer<typeof Train>;

/** Returns how many executors fit, in addition to the driver, into the maximum capacity; 0 or less if none does. */
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
      (maximumMemoryGb - takenGb(driver)) / takenGb(executor),
    ),
  );
}
