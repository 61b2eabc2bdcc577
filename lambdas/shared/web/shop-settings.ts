/** How people sign in to the shop page: OAuth 2.0 with an authorization code and PKCE (RFC 7636), as a public client. */
export interface SignInSettings {
  /** The issuer of the tokens, without a slash at its end. */
  readonly issuer: string;
  /** The id of the page at the issuer, which must allow the page's address as a redirect. */
  readonly clientId: string;
  /** The scopes to ask for, by the names that the issuer has for them. */
  readonly scopes: readonly string[];
  /**
   * The issuer's two endpoints. If absent, they are read from `ISSUER/.well-known/openid-configuration`, and both must be at the
   * origin of the issuer. Amazon Cognito has them at the domain of the user pool, so there they are needed.
   */
  readonly endpoints?: SignInEndpoints | undefined;
  /** The claim that names the only user whom a token may read and write; undefined if a token may use all users. */
  readonly userClaim?: string | undefined;
}

export interface SignInEndpoints {
  readonly authorization: string;
  readonly token: string;
}

/** What the shop page is told by the server that serves it. */
export interface ShopSettings {
  /** Ids of users to begin with; the page fills in the first. May be empty. */
  readonly users: readonly string[];
  /** Undefined where nobody signs in: on one machine. */
  readonly signIn?: SignInSettings | undefined;
}
