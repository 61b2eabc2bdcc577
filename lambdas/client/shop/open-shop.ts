import type { ShopSettings, SignInSettings } from '../../shared/web/shop-settings.ts';
import { element } from '../dom.ts';
import { type Client, shopClient } from './client.ts';
import { FiltersForm } from './filters-form.ts';
import { followRuns } from './follow-runs.ts';
import { PersonForm } from './person-form.ts';
import { place, setText } from './place.ts';
import { Shop } from './shop.ts';
import { beginSignIn, claimOf, endSignIn, type SignInBrowser } from './sign-in.ts';
import { sentenceOf, thisBrowser } from './this-browser.ts';

/** Opens the shop, after signing in where the API needs it. */
export async function openShop({ users, signIn, isDatedByLists = false }: ShopSettings): Promise<void> {
  place('without-script').hidden = true;
  if (!signIn) {
    const client = shopClient({ accessToken: () => undefined, onSignedOut: () => undefined });
    startShop(client, { users, isDatedByLists });
    return;
  }
  const browser = thisBrowser((address) => history.replaceState(null, '', address));
  try {
    const token = await endSignIn(signIn, browser);
    if (!token) {
      offerSignIn(signIn, browser, 'The shop sends real sales, so it needs to know who you are.');
      return;
    }
    const onSignedOut = (): void => offerSignIn(signIn, browser, 'Your sign-in is no longer accepted.');
    const client = shopClient({ accessToken: () => token.accessToken, onSignedOut });
    const { userClaim } = signIn;
    const only = userClaim === undefined ? undefined : claimOf(token, userClaim);
    startShop(client, { users, isDatedByLists, only });
  } catch (error) {
    offerSignIn(signIn, browser, sentenceOf(error));
  }
}

/** @param only The only user whom the reader may be; undefined if there is no such restriction. */
function startShop(
  client: Client,
  {
    users,
    isDatedByLists,
    only,
  }: { users: readonly string[]; isDatedByLists: boolean; only?: string | undefined },
): void {
  place('shop').hidden = false;
  const shop = new Shop(client, { isDatedByLists });
  new PersonForm((person) => shop.be(person)).start(users, only);
  const filters = new FiltersForm((chosen) => void shop.filter(chosen));
  void shop.stock();
  followRuns(client, place('status'), () => void shop.refresh());
  // Without a catalogue no product passes this filter, and other filters would only empty the shop.
  client.popular({ available: true, n: 1 }).then(
    ({ products }) => products.length > 0 && filters.show(),
    () => undefined,
  );
}

function offerSignIn(settings: SignInSettings, browser: SignInBrowser, why: string): void {
  const box = place('sign-in');
  const message = element('p', { role: 'status' }, why);
  const go = async (): Promise<void> => {
    setText(message, 'Going to the issuer …');
    try {
      location.assign(await beginSignIn(settings, browser));
    } catch (error) {
      setText(message, sentenceOf(error));
    }
  };
  box.replaceChildren(message, element('button', { type: 'button', class: 'buy', click: go }, 'Sign in'));
  box.hidden = false;
  box.scrollIntoView({ block: 'nearest' });
}
