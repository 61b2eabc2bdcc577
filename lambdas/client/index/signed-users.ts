import { createClient } from '../../shared/client/client.ts';
import type { ExplorerSettings } from '../../shared/web/explorer-settings.ts';
import { beginSignIn, endSignIn, redirectOf } from '../shop/sign-in.ts';
import { sentenceOf, thisBrowser } from '../shop/this-browser.ts';
import { askApi } from './ask-api.ts';
import { type AskUser, CannotAsk } from './ask-user.ts';

/** Keeps the address within the page while the browser is at the issuer. */
const ADDRESS = 'cartograph-explorer';

/** Makes the function by which this page asks for users: the server that serves it, or the API, where its reader signs in. */
export async function askUserOf({ api, stackName }: ExplorerSettings): Promise<AskUser> {
  const toCommand = `\u201cnpm run lists -- --user ID --stack ${stackName}\u201d shows the lists of a user.`;
  if (isThisMachine())
    return askApi(
      createClient({ baseUrl: '' }),
      () => new CannotAsk(`This server has no API, so users cannot be looked up by id. ${toCommand}`),
    );
  if (api) return signedUsers(api);
  return async () => {
    throw new CannotAsk(`This page has no sign-in, so users cannot be looked up by id. ${toCommand}`);
  };
}

const isThisMachine = (): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);

async function signedUsers({ url, signIn }: NonNullable<ExplorerSettings['api']>): Promise<AskUser> {
  // The page returns from the issuer to the user that was looked up.
  const browser = thisBrowser((address) => {
    history.replaceState(null, '', redirectOf(address) + (sessionStorage.getItem(ADDRESS) ?? ''));
  });
  let reason = 'Sign in to look up a user by id.';
  const cannot = (): CannotAsk => new CannotAsk(reason, { signIn: go });
  const go = async (): Promise<string | undefined> => {
    sessionStorage.setItem(ADDRESS, location.hash);
    try {
      location.assign(await beginSignIn(signIn, browser));
      return undefined;
    } catch (error) {
      return sentenceOf(error);
    }
  };
  let accessToken: string | undefined;
  try {
    accessToken = (await endSignIn(signIn, browser))?.accessToken;
  } catch (error) {
    reason = sentenceOf(error);
  }
  // A reader who came back from the issuer without signing in has left this address.
  sessionStorage.removeItem(ADDRESS);
  const client = createClient({
    baseUrl: url,
    headers: (): Record<string, string> =>
      accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
  });
  const ask = askApi(client, (status) => {
    if (status === 404) return new CannotAsk('The API cannot look up users.');
    accessToken = undefined;
    reason = 'Your sign-in is no longer accepted. Sign in to look up a user by id.';
    return cannot();
  });
  return async (user) => {
    if (accessToken === undefined) throw cannot();
    return ask(user);
  };
}
