/** Until when AWS supports a release, as far as it has published a date. */
export interface Release {
  /** ISO date of the last day with support; null if AWS has not published one. */
  readonly supportedUntil: string | null;
  readonly source: string;
}

const EMR = 'https://docs.aws.amazon.com/emr/latest/ReleaseGuide/';
const MSK = 'https://docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html';

/**
 * The releases that this project uses by default or has considered, as of November 2026. A test fails 90 days before the
 * support of a default ends.
 *
 * `emr-spark-8.1.0` has long-term support. It has Spark 4.1, which the job is not yet built and tested with.
 */
export const RELEASES = {
  'emr-spark-8.0.0': { supportedUntil: '2027-05-20', source: `${EMR}emr-spark800-release.html` },
  'emr-spark-8.1.0': { supportedUntil: '2029-09-07', source: `${EMR}emr-spark810-release.html` },
  // AWS upgrades clusters with a version that it no longer supports, without asking.
  'kafka 3.6.0': { supportedUntil: '2026-06-01', source: MSK },
  'kafka 3.9.x': { supportedUntil: null, source: MSK },
  'nodejs24.x': {
    supportedUntil: '2028-04-30',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html',
  },
} as const satisfies Readonly<Record<string, Release>>;
