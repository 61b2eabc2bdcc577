import * as z from 'zod';
import { type OperationId, ROUTES } from '../contract/api/routes.ts';
import { ENV } from '../platform/env.ts';
import type { Caller } from './event.ts';
import { ProblemError } from './problem-error.ts';

/** How requests are authorised: by AWS signatures, by tokens, or not at all on one machine. */
export interface Authorisation {
  readonly auth: 'iam' | 'jwt' | 'none';
  /** The claim that names the only user whom a token may read and write; undefined if a token may use all users. */
  readonly userClaim?: string | undefined;
}

/** The environment variables of a function that answers requests. */
export const AUTHORISATION_VARIABLES = {
  [ENV.auth]: z.enum(['iam', 'jwt', 'none']),
  [ENV.userClaim]: z.string().min(1).optional(),
} as const;

/** Reads {@link Authorisation} from those variables. */
export const authorisationOf = (environment: {
  readonly [ENV.auth]: Authorisation['auth'];
  readonly [ENV.userClaim]?: string | undefined;
}): Authorisation => ({ auth: environment[ENV.auth], userClaim: environment[ENV.userClaim] });

/**
 * Checks again what the gateway's authorizer has checked, so that a route that was opened by mistake gives no answer.
 *
 * @param user The user in the path; undefined if it has none.
 * @returns The only user whom the caller may read and write; undefined if there is no such restriction.
 * @throws {ProblemError} 401 or 403.
 */
export function authorise(
  operation: OperationId,
  user: string | undefined,
  {
    caller,
    authorisation: { auth, userClaim },
  }: { readonly caller: Caller; readonly authorisation: Authorisation },
): string | undefined {
  if (auth === 'none') return undefined;
  if (auth === 'iam') {
    if (!caller.isSigned)
      throw new ProblemError('unauthorized', 'The request is not signed by an AWS identity');
    return undefined;
  }
  const { token } = caller;
  if (!token) throw new ProblemError('unauthorized', 'The request has no token');
  const { scope } = ROUTES[operation];
  if (scope !== null && !token.scopes.includes(scope))
    throw new ProblemError('forbidden', `The token does not have the scope ${scope}`);
  if (userClaim === undefined) return undefined;
  const own = token.claims[userClaim];
  if (typeof own !== 'string' || own === '')
    throw new ProblemError(
      'forbidden',
      `The token does not have the claim ${userClaim}, which names its user`,
    );
  if (user !== undefined && user !== own)
    throw new ProblemError(
      'forbidden',
      `The token may only be used for its own user, the one in its claim ${userClaim}`,
    );
  return own;
}
