/**
 * The one table of prices: `npm run cost` estimates with it, and train prices the receipts of runs with it.
 */

/** A price from AWS's price lists. */
export interface Price {
  readonly usd: number;
  /** The unit that the price is for. */
  readonly unit: string;
  readonly source: string;
}

/** The month in which these prices were written down, from memory. Check them on the pages in `source` before you rely on them. */
export const PRICES_AS_OF = '2026-11';

/** Hours in a month, as AWS's pricing calculator counts them. */
export const HOURS_PER_MONTH = 730;

const MSK = 'https://aws.amazon.com/msk/pricing/';
const LAMBDA = 'https://aws.amazon.com/lambda/pricing/';
const S3 = 'https://aws.amazon.com/s3/pricing/';
const EMR = 'https://aws.amazon.com/emr/pricing/';
const CLOUDWATCH = 'https://aws.amazon.com/cloudwatch/pricing/';
const DYNAMODB = 'https://aws.amazon.com/dynamodb/pricing/';
const PRIVATELINK = 'https://aws.amazon.com/privatelink/pricing/';
const SECRETS_MANAGER = 'https://aws.amazon.com/secrets-manager/pricing/';

const UNITED_STATES_EAST = {
  mskServerlessCluster: { usd: 0.75, unit: 'hours', source: MSK },
  mskServerlessPartition: { usd: 0.0015, unit: 'partition-hours', source: MSK },
  mskServerlessIn: { usd: 0.1, unit: 'GB', source: MSK },
  mskServerlessOut: { usd: 0.05, unit: 'GB', source: MSK },
  mskServerlessStorage: { usd: 0.1, unit: 'GB-months', source: MSK },
  mskSmallBroker: { usd: 0.0456, unit: 'broker-hours', source: MSK },
  mskBrokerStorage: { usd: 0.1, unit: 'GB-months', source: MSK },
  eventPollerUnit: { usd: 0.185, unit: 'unit-hours', source: LAMBDA },
  endpoint: { usd: 0.01, unit: 'endpoint-hours', source: PRIVATELINK },
  endpointData: { usd: 0.01, unit: 'GB', source: PRIVATELINK },
  lambdaArm: { usd: 0.0000133334, unit: 'GB-seconds', source: LAMBDA },
  lambdaRequest: { usd: 0.2 / 1e6, unit: 'requests', source: LAMBDA },
  httpApiRequest: { usd: 1 / 1e6, unit: 'requests', source: 'https://aws.amazon.com/api-gateway/pricing/' },
  dynamodbWrite: { usd: 0.625 / 1e6, unit: 'write units', source: DYNAMODB },
  dynamodbRead: { usd: 0.125 / 1e6, unit: 'read units', source: DYNAMODB },
  dynamodbStorage: { usd: 0.25, unit: 'GB-months', source: DYNAMODB },
  s3Storage: { usd: 0.023, unit: 'GB-months', source: S3 },
  s3Put: { usd: 0.005 / 1000, unit: 'PUT or LIST', source: S3 },
  s3Get: { usd: 0.0004 / 1000, unit: 'GET', source: S3 },
  sqsRequest: { usd: 0.4 / 1e6, unit: 'requests', source: 'https://aws.amazon.com/sqs/pricing/' },
  /** Events of AWS services on the default bus and scheduled rules are free. */
  eventBridge: { usd: 0, unit: 'events', source: 'https://aws.amazon.com/eventbridge/pricing/' },
  emrArmVcpu: { usd: 0.042094, unit: 'vCPU-hours', source: EMR },
  emrArmMemory: { usd: 0.004628, unit: 'GB-hours', source: EMR },
  /** Disk of a worker beyond the 20 GB that are free. */
  emrStorage: { usd: 0.000111, unit: 'GB-hours', source: EMR },
  emrX86Vcpu: { usd: 0.052624, unit: 'vCPU-hours', source: EMR },
  emrX86Memory: { usd: 0.0057785, unit: 'GB-hours', source: EMR },
  logs: { usd: 0.5, unit: 'GB', source: CLOUDWATCH },
  alarm: { usd: 0.1, unit: 'alarms', source: CLOUDWATCH },
  dashboard: { usd: 3, unit: 'dashboards', source: CLOUDWATCH },
  metric: { usd: 0.3, unit: 'metrics', source: CLOUDWATCH },
  secret: { usd: 0.4, unit: 'secrets', source: SECRETS_MANAGER },
  secretRead: { usd: 0.05 / 10_000, unit: 'reads', source: SECRETS_MANAGER },
  trace: { usd: 5 / 1e6, unit: 'traces', source: 'https://aws.amazon.com/xray/pricing/' },
} satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof UNITED_STATES_EAST;

/** Prices by region. To add a region, add its table. */
export const PRICES = { 'us-east-1': UNITED_STATES_EAST } satisfies Readonly<
  Record<string, Readonly<Record<PriceName, Price>>>
>;
export type Region = keyof typeof PRICES;
export const REGIONS: readonly string[] = Object.keys(PRICES);
/** Returns whether the prices of a region are known. @example isRegion('us-east-1') // true */
export const isRegion = (name: string): name is Region => Object.hasOwn(PRICES, name);

/** The region whose prices stand in for those of a region that is not in the table. */
const STAND_IN_REGION: Region = 'us-east-1';

/**
 * Returns the region whose prices are used for a deployment in `region`: its own, if its prices are in the table.
 *
 * @example pricedRegion('mars-1') // 'us-east-1'
 */
export const pricedRegion = (region: string | undefined): Region =>
  region !== undefined && isRegion(region) ? region : STAND_IN_REGION;
