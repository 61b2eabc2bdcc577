import * as z from 'zod';

/** Names of the environment variables that the constructs set and the handlers read. */
export const ENV = {
  lakeBucket: 'LAKE_BUCKET',
  fieldMap: 'FIELD_MAP',
  partialAnswers: 'PARTIAL_ANSWERS',
  threshold: 'THRESHOLD',
  model: 'MODEL',
  launch: 'LAUNCH',
  /** The log groups and memory of the Lambdas whose use train adds to receipts, as JSON. */
  usage: 'USAGE',
  brokers: 'KAFKA_BROKERS',
  topic: 'KAFKA_TOPIC',
  /** Name of the DynamoDB table of recent sales. */
  recentTable: 'RECENT_TABLE',
  /** Days for which recent sales are kept. */
  recentDays: 'RECENT_DAYS',
  /** How requests are authorised: `iam`, `jwt`, or `none` on one machine; see `serve.auth` in the configuration. */
  auth: 'AUTH',
  /** The claim of a token that names the user whom it may read; unset if any user may be read. */
  userClaim: 'USER_CLAIM',
  /** How people sign in to the shop page, as JSON; unset if there is no such page. */
  shopSignIn: 'SHOP_SIGN_IN',
  /** Age of the catalogue from which requests with filters fail, seconds. */
  catalogueMaxAgeSeconds: 'CATALOGUE_MAX_AGE_SECONDS',
  /** The settings for ids of people, as JSON; see `privacy` in the configuration. */
  privacy: 'PRIVACY',
  /** Settings of pages whose users have pseudonyms, as JSON; unset where the files of a run have the ids of users. */
  explorer: 'EXPLORER',
  /** ARN of the secret with which ids of people are keyed and forgotten users are recognised. */
  personSecret: 'PERSON_SECRET',
  /** URLs of the dead-letter queues that forget searches, separated by commas. */
  deadLetters: 'DEAD_LETTERS',
  /** Names of the log groups that forget searches, separated by commas. */
  logGroups: 'LOG_GROUPS',
  /** URL of the function's own queue, by which it continues after its time has ended. */
  ownQueue: 'OWN_QUEUE',
} as const;

/**
 * Reads the environment variables of a program. Call it once, at start.
 *
 * @param schema One entry for each variable that the program needs.
 * @returns The parsed values.
 * @throws {Error} If a variable is missing or invalid; the message names every such variable.
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): z.infer<z.ZodObject<Shape>> {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`Cannot start: environment variable ${problems.join('; ')}`);
}

/** Schema of a variable that contains JSON; `schema` validates the parsed value. */
export function jsonVariable<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: `is not JSON: ${text.slice(0, 100)}` });
        return z.NEVER;
      }
    })
    .pipe(schema);
}
