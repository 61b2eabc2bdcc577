/** The script of `/shop`: it asks the API for two lists, sends sales, and shows what changes. */
import type { ShopSettings } from '../shared/web/shop-settings.ts';
import { openShop } from './shop/open-shop.ts';

const settings = document.getElementById('shop-settings')?.textContent;
if (settings) {
  // The page that contains this script also contains the settings, so they have this type.
  const embedded: ShopSettings = JSON.parse(settings);
  void openShop(embedded);
}
