import { z } from 'zod';

const Throttle = z.strictObject({
  /** Requests per second that the API accepts on average; it answers 429 to the others. */
  requestsPerSecond: z.int().min(1).max(10_000).default(100),
  /** Requests that the API accepts at once. */
  burst: z.int().min(1).max(5000).default(200),
});

/** The HTTP API. */
const Serve = z
  .strictObject({
    /**
     * How callers prove who they are: `iam` with a request that they sign with AWS credentials (backends in AWS), `jwt` with a
     * token of your identity provider (browsers, apps). `none` exists only on one machine, where `npm start` uses it.
     */
    auth: z
      .enum(['iam', 'jwt'], {
        error: ({ input }) =>
          input === 'none'
            ? 'is none, should be "iam" or "jwt": an API without sign-in exists only on one machine'
            : 'should be "iam" or "jwt"',
      })
      .default('iam'),
    /** The issuer of the tokens, as in their claim `iss`. API Gateway reads its keys from `ISSUER/.well-known/openid-configuration`. */
    issuer: z
      .string()
      .regex(/^https:\/\/\S+$/, 'should be an address that starts with https://')
      .optional(),
    /** A token must name one of these in its claim `aud` or `client_id`. */
    audience: z.array(z.string().min(1)).min(1).optional(),
    /**
     * The claim of a token that holds the user's id, `sub` by default: a token may then read and change only this user. `false`
     * lets every token with the scope read and change every user, for the tokens of backends.
     */
    userClaim: z.union([z.string().min(1), z.literal(false)]).optional(),
    /** Origins of pages that may call the API from a browser, such as `https://shop.example.com`. None by default. */
    cors: z
      .array(
        z
          .string()
          .regex(/^https?:\/\/[a-z0-9.-]+(:[0-9]+)?$/, 'should be origins such as https://shop.example.com'),
      )
      .max(50)
      .default([]),
    throttle: Throttle.prefault({}),
    /** Instances of serve that are kept started, so that no request waits for the model to load. They cost money while idle. */
    provisionedConcurrency: z.int().min(0).max(1000).default(0),
    /** Memory of serve, in MB: the model of a run is in memory, and processor time grows with memory. */
    memoryMb: z.int().min(512).max(10_240).default(1769),
    /** Whether the API also accepts sales. Without it, sales reach the topic from your own producers only. */
    collect: z.boolean().default(true),
  })
  .superRefine(({ auth, issuer, audience, userClaim }, context) => {
    const isJwt = auth === 'jwt';
    const problem = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    for (const [key, value] of Object.entries({ issuer, audience }))
      if (isJwt && value === undefined) problem(key, 'is missing, auth "jwt" needs it');
    for (const [key, value] of Object.entries({ issuer, audience, userClaim }))
      if (!isJwt && value !== undefined) problem(key, 'should be left out with auth "iam"');
  });
export type Serve = z.infer<typeof Serve>;

/** `Serve`, or false. Unlike a union, it reports the problems of each key. */
export const ServeOrNothing = z
  .custom<false | z.input<typeof Serve>>()
  .transform((input, context): false | Serve => {
    if (input === false) return false;
    const { data, error } = Serve.safeParse(input);
    for (const { path, message } of error?.issues ?? []) context.addIssue({ code: 'custom', path, message });
    return data ?? z.NEVER;
  });

/** The recent sales by user. */
export const Remember = z.strictObject({
  /**
   * How long a sale is remembered, in days from its time on the topic. A run trains on older sales, so this should be much
   * longer than the time between two published runs; an alarm watches that.
   */
  days: z.int().min(90).max(3650).default(90),
  /** Whether the table can be restored to any second of the last 35 days. Without it, a lost table is filled again from the topic. */
  pointInTimeRecovery: z.boolean().default(false),
});
export type Remember = z.infer<typeof Remember>;

/** The attributes of products. */
export const Catalogue = z.strictObject({
  /** Requests with filters fail while the newest copy of the catalogue in memory is older than this, in seconds. */
  maxAgeSeconds: z.int().min(10).max(86_400).default(60),
});
export type Catalogue = z.infer<typeof Catalogue>;
