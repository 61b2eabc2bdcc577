import { browserCode } from '../../shared/web/browser-code.ts';
import { type Html, html, island, NOTHING, page } from '../../shared/web/html.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import type { ShopSettings, SignInSettings } from '../../shared/web/shop-settings.ts';
import { SHOP_STYLE } from './style.ts';

/** A page that the shop page links to, such as the charts of the served run. */
export interface ShopLink {
  readonly href: string;
  readonly text: string;
}

export interface ShopPageOptions extends ShopSettings {
  readonly links?: readonly ShopLink[];
}

/**
 * Builds the shop page: a shelf, a person to be, and both lists beside it, which change with each purchase. Its script fills it
 * from the API at the same origin.
 *
 * @returns The same text for the same arguments.
 */
export function shopPage({ links = [], ...settings }: ShopPageOptions): string {
  return page({
    title: 'Cartograph shop',
    header: html`<div class="top"><h1>Cartograph shop</h1>
${links.length === 0 ? NOTHING : html`<nav aria-label="Other pages"><ul>${links.map(({ href, text }) => html`<li><a href="${href}">${text}</a></li>`)}</ul></nav>`}
<p id="status" class="soft" role="status"></p></div>`,
    main: html`<p id="without-script">The shop asks the API for everything that it shows, so it needs JavaScript.</p>
<div id="sign-in" hidden></div>
<div id="shop" hidden>
${person()}
<div class="shop">
${shelf()}
<div class="outcome" id="outcome-box"><p id="outcome" role="status"></p></div>
<p id="source" class="source soft"></p>
${list('any', 'May include products that were bought before.')}
${list('new', 'Only products that were never bought.')}
</div>
${purchases()}
</div>
${island('shop-settings', settings satisfies ShopSettings)}`,
    style: SHOP_STYLE,
    script: browserCode('shop-page'),
    connect: settings.signIn === undefined ? [] : originsOf(settings.signIn),
  });
}

/** The servers, besides the page's own, that the page may ask: those of the issuer. */
const originsOf = ({ issuer, endpoints }: SignInSettings): string[] => [
  new URL(endpoints?.token ?? issuer).origin,
];

const person = (): Html => html`<section aria-labelledby="person-title">
<form id="person" class="person">
<h2 id="person-title">Who is shopping?</h2>
<fieldset><legend class="unseen">Kind of person</legend>
<label><input type="radio" name="kind" value="known" checked>A known user</label>
<label><input type="radio" name="kind" value="new">A new user</label>
<label><input type="radio" name="kind" value="anonymous">An anonymous visitor</label>
</fieldset>
<div class="controls" id="known-fields"><label for="user">User id</label> <input id="user" type="text" list="users" autocomplete="off" spellcheck="false" maxlength="256"><datalist id="users"></datalist>
<button type="submit">Shop as this user</button></div>
<div class="controls" id="new-fields" hidden><button type="button" id="another">Another new user</button></div>
</form>
<p id="person-text" class="soft"></p>
</section>`;

const shelf = (): Html => html`<section class="shelf-part" aria-labelledby="shelf-title">
<h2 id="shelf-title">Shelf</h2>
<form id="filters" role="search" aria-label="Products on the shelf">
<label for="search">Search</label>
<input id="search" type="search" autocomplete="off" spellcheck="false">
<details id="catalogue-filters" hidden><summary>Filter by category and price</summary>
<div class="controls">
<div class="wide"><label for="category">Category</label><br><input id="category" type="text" list="categories" autocomplete="off" spellcheck="false" maxlength="1024"><datalist id="categories"></datalist></div>
<div><label for="min-price">Price from</label><br><input id="min-price" class="price" type="number" min="0" step="any" inputmode="decimal"></div>
<div><label for="max-price">to</label><br><input id="max-price" class="price" type="number" min="0" step="any" inputmode="decimal"></div>
<button type="submit">Filter</button> <button type="reset">Show all</button>
</div>
<p class="soft">Both lists are filtered too.</p></details>
</form>
<p id="shelf-status" class="soft" role="status"></p>
<div class="shelf-box" id="shelf-box" role="group" aria-label="Products on the shelf" tabindex="0"><ul id="shelf" class="shelf"></ul></div>
</section>`;

const list = (
  kind: 'any' | 'new',
  explanation: string,
): Html => html`<section class="list-part list-${kind}" aria-labelledby="${kind}-title">
<h2 id="${kind}-title" tabindex="-1">${LIST_NAMES[kind]}</h2>
<p class="soft">${explanation}</p>
<ol id="${kind}-list" class="ranked"></ol>
<p id="${kind}-left" class="left soft"></p>
</section>`;

const purchases = (): Html => html`<section aria-labelledby="purchases-title">
<h2 id="purchases-title" tabindex="-1">Purchases</h2>
<p id="purchases-text" class="soft"></p>
<ul id="purchases" class="purchases"></ul>
</section>`;
