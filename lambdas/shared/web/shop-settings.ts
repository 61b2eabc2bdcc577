import * as z from 'zod';

const HttpsAddress = z.string().regex(/^https:\/\/\S+$/);

/** The two addresses of an issuer at which people sign in and codes become tokens. */
export const SignInEndpoints = z.strictObject({ authorization: HttpsAddress, token: HttpsAddress });
export type SignInEndpoints = z.infer<typeof SignInEndpoints>;

/** How people sign in to the shop page: OAuth 2.0 with an authorization code and PKCE (RFC 7636), as a public client. */
export const SignInSettings = z.strictObject({
  /** The issuer of the tokens. */
  issuer: HttpsAddress,
  /** The id of the page at the issuer, which must allow the page's address as a redirect. */
  clientId: z.string().min(1),
  /** The scopes to ask for. */
  scopes: z.array(z.string().min(1)),
  /**
   * If absent, they are read from `ISSUER/.well-known/openid-configuration`, and the one for tokens must be at the origin of the
   * issuer. Amazon Cognito has both at the domain of the user pool, so there they are needed.
   */
  endpoints: SignInEndpoints.optional(),
  /** The claim that names the only user whom a token may read and write; absent if a token may use all users. */
  userClaim: z.string().min(1).optional(),
});
export type SignInSettings = z.infer<typeof SignInSettings>;

/** The settings that the shop page gets from the server that serves it. */
export const ShopSettings = z.strictObject({
  /** Ids of users to begin with; the page fills in the first. May be empty. */
  users: z.array(z.string()).readonly(),
  /**
   * True dates a purchase by the lists before it instead of the clock. On one machine the sales are of another time, and a purchase
   * dated by the clock would be months after all others.
   */
  isDatedByLists: z.boolean().optional(),
  /** Absent where there is no sign-in: on one machine. */
  signIn: SignInSettings.optional(),
});
export type ShopSettings = z.infer<typeof ShopSettings>;
