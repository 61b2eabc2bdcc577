import type { SignInEndpoints, SignInSettings } from '../../shared/web/shop-settings.ts';
import { base64url, challengeOf } from './pkce.ts';

/** The parts of the browser that signing in needs. */
export interface SignInBrowser {
  /** The address of the page, with the issuer's answer in its query. */
  readonly address: string;
  /** Keeps the verifier while the browser is at the issuer, and nothing else. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly fetch: typeof fetch;
  readonly random: (count: number) => Uint8Array;
  /** Removes the issuer's answer from the address and the history. */
  readonly replaceAddress: (address: string) => void;
}

/** A token of the issuer. It is in memory only: whoever reloads the page signs in again. The API says when it has expired. */
export interface Token {
  readonly accessToken: string;
}

/** Signing in failed. The message says why and what to do, in words for the reader of the page. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
}

const STORED = 'cartograph-sign-in';

/** The values that are stored while the browser is at the issuer. */
interface Pending {
  readonly state: string;
  readonly verifier: string;
}

/** Returns the address of the page without the issuer's answer: where the issuer sends the browser back to. */
export const redirectOf = (address: string): string => {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
};

/**
 * Begins to sign in.
 *
 * @returns The address at the issuer to go to.
 * @throws {SignInError} If the issuer does not answer.
 */
export async function beginSignIn(settings: SignInSettings, browser: SignInBrowser): Promise<string> {
  const { authorization } = await endpointsOf(settings, browser);
  const pending: Pending = {
    state: base64url(browser.random(24)),
    verifier: base64url(browser.random(48)),
  };
  browser.storage.setItem(STORED, JSON.stringify(pending));
  const url = new URL(authorization);
  for (const [name, value] of Object.entries({
    response_type: 'code',
    client_id: settings.clientId,
    redirect_uri: redirectOf(browser.address),
    scope: settings.scopes.join(' '),
    state: pending.state,
    code_challenge: await challengeOf(pending.verifier),
    code_challenge_method: 'S256',
  }))
    url.searchParams.set(name, value);
  return url.href;
}

/**
 * Ends signing in, if the address has the issuer's answer. The answer is removed from the address whatever it says.
 *
 * @returns undefined if the address has no answer, so there is no sign-in to end.
 * @throws {SignInError} If the issuer refused, if the answer is not to a question of this tab, or if the code is not exchanged.
 */
export async function endSignIn(
  settings: SignInSettings,
  browser: SignInBrowser,
): Promise<Token | undefined> {
  const { searchParams } = new URL(browser.address);
  const [code, state, error] = ['code', 'state', 'error'].map((name) => searchParams.get(name));
  if (code === null && error === null) return undefined;
  const pending = takePending(browser);
  browser.replaceAddress(redirectOf(browser.address));
  if (pending === undefined || state !== pending.state)
    throw new SignInError('This sign-in was not started in this tab, or it was used before. Sign in again.');
  // RFC 9207: an answer of another issuer, which an attacker mixed in.
  const issuer = searchParams.get('iss');
  if (issuer !== null && withoutSlash(issuer) !== withoutSlash(settings.issuer))
    throw new SignInError('The answer is from another issuer than the one of this page. Sign in again.');
  if (error || !code) {
    const reason = searchParams.get('error_description') ?? error ?? 'it sent no code';
    throw new SignInError(`The issuer did not sign you in: ${reason}.`);
  }
  return exchange(code, pending.verifier, settings, browser);
}

/** Reads what was stored, and forgets it: a verifier is used once. */
function takePending({ storage }: SignInBrowser): Pending | undefined {
  const stored = storage.getItem(STORED);
  storage.removeItem(STORED);
  if (stored === null) return undefined;
  try {
    const { state, verifier } = JSON.parse(stored) as Partial<Pending>;
    return typeof state === 'string' && typeof verifier === 'string' ? { state, verifier } : undefined;
  } catch {
    return undefined;
  }
}

async function exchange(
  code: string,
  verifier: string,
  settings: SignInSettings,
  browser: SignInBrowser,
): Promise<Token> {
  const { token } = await endpointsOf(settings, browser);
  const answer = await readJson(browser, token, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: settings.clientId,
      redirect_uri: redirectOf(browser.address),
      code,
      code_verifier: verifier,
    }),
  });
  const { access_token: accessToken, token_type: type } = answer;
  if (typeof accessToken !== 'string' || String(type).toLowerCase() !== 'bearer')
    throw new SignInError('The issuer answered without a token that this page can use. Sign in again.');
  return { accessToken };
}

async function endpointsOf(settings: SignInSettings, browser: SignInBrowser): Promise<SignInEndpoints> {
  if (settings.endpoints) return settings.endpoints;
  const url = `${withoutSlash(settings.issuer)}/.well-known/openid-configuration`;
  const {
    issuer,
    authorization_endpoint: authorization,
    token_endpoint: token,
  } = await readJson(browser, url);
  // OpenID Connect Discovery, 4.3: the document must name the issuer that it was asked of.
  if (typeof issuer !== 'string' || withoutSlash(issuer) !== withoutSlash(settings.issuer))
    throw new SignInError(`The document at ${url} is of another issuer. Ask the owner of this page.`);
  if (typeof authorization !== 'string' || typeof token !== 'string')
    throw new SignInError(`The document at ${url} does not name both endpoints. Ask the owner of this page.`);
  return { authorization, token };
}

async function readJson(
  { fetch }: SignInBrowser,
  url: string,
  options: RequestInit = {},
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, { ...options, credentials: 'omit', referrerPolicy: 'no-referrer' }).catch(
    (cause: unknown) => {
      throw new SignInError(`The issuer at ${new URL(url).origin} does not answer. Try again later.`, {
        cause,
      });
    },
  );
  const answer: unknown = await response.json().catch(() => undefined);
  const document = typeof answer === 'object' && answer !== null ? answer : {};
  if (response.ok) return document as Readonly<Record<string, unknown>>;
  const { error, error_description: description = error } = document as Record<string, unknown>;
  throw new SignInError(
    `The issuer did not sign you in: ${typeof description === 'string' ? description : `status ${response.status}`}. Sign in again.`,
  );
}

const withoutSlash = (url: string): string => url.replace(/\/$/, '');

/**
 * Reads a claim of a token, only to show it: the API checks tokens, and the page does not.
 *
 * @returns undefined if the token is no JWT or has no such claim.
 */
export function claimOf({ accessToken }: Token, claim: string): string | undefined {
  try {
    const payload = accessToken.split('.')[1] ?? '';
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    );
    const value = (JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>)[claim];
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}
