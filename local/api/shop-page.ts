import { SHOP_PATH } from '../../lambdas/serve/shop/address.ts';
import { type ShopLink, shopPage } from '../../lambdas/serve/shop/shop-page.ts';
import { ExplorerIndex } from '../../lambdas/shared/contract/explorer.ts';
import { CURRENT_KEY, manifestKey } from '../../lambdas/shared/contract/keys.ts';
import { Current, Manifest } from '../../lambdas/shared/contract/schemas.ts';
import type { Lake } from '../../lambdas/shared/platform/lake.ts';
import type { PersonIds } from '../../lambdas/shared/privacy/person-ids.ts';
import { shopIdsOf } from '../shop/shop-ids.ts';
import type { Shown } from './server.ts';

type Reader = Pick<Lake, 'read'>;

/** The page has the rest of its policy in its head; only a header can say who may embed it. */
const POLICY = "frame-ancestors 'none'";

/**
 * Shows the shop page, with users of the served run to begin with: those that the explorer of the charts suggests. Where they have
 * pseudonyms, those of the simulated shop, whose ids are known here.
 *
 * @param links Other pages that the shop page links to.
 * @returns A function from a path to the page; to undefined if the path is not that of the page.
 */
export const showShop =
  (lake: Reader, { links, persons }: { readonly links: readonly ShopLink[]; readonly persons: PersonIds }) =>
  async (path: string): Promise<Shown | undefined> => {
    if (path !== SHOP_PATH && path !== `${SHOP_PATH}/`) return undefined;
    // Without these users the page works: its reader types an id, or is a new user.
    const users = await someUsers(lake).catch(() => []);
    return {
      contentType: 'text/html; charset=utf-8',
      body: shopPage({ users: shopIdsOf(users, persons), links, isDatedByLists: true }),
      policy: POLICY,
    };
  };

/** @returns Empty before the first run. */
async function someUsers(lake: Reader): Promise<readonly string[]> {
  const json = async (key: string | undefined): Promise<unknown> => {
    const object = key === undefined ? undefined : await lake.read(key);
    return object && JSON.parse(object.text);
  };
  const { run } = Current.parse(await json(CURRENT_KEY));
  if (run === null) return [];
  const { files } = Manifest.parse(await json(manifestKey(run)));
  const index = files.find(({ name }) => name === 'explorer/index.json');
  return ExplorerIndex.parse(await json(index?.key)).picks.users;
}
