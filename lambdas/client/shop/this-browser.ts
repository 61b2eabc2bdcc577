import { randomBytes } from './person.ts';
import { type SignInBrowser, SignInError } from './sign-in.ts';

/** Returns the parts of this browser that signing in needs. @param replaceAddress See `SignInBrowser`. */
export const thisBrowser = (replaceAddress: SignInBrowser['replaceAddress']): SignInBrowser => ({
  address: location.href,
  storage: sessionStorage,
  fetch: (...options) => fetch(...options),
  random: randomBytes,
  replaceAddress,
});

/** Returns why signing in failed, for the reader of the page. The console has the error. */
export function sentenceOf(error: unknown): string {
  console.error(error);
  return error instanceof SignInError
    ? error.message
    : 'Signing in failed. Try again; the console has the reason.';
}
