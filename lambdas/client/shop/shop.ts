import { askBoth, askHistory, askShelf, type BothLists, type ShopFilters } from './ask.ts';
import { type ListChanges, type ListedProduct, listChanges } from './changes.ts';
import type { Client, ListKind } from './client.ts';
import { LISTS } from './client.ts';
import { ListView } from './list-view.ts';
import { OutcomeView } from './outcome-view.ts';
import { type Person, personName } from './person.ts';
import { place, setText } from './place.ts';
import { trade } from './purchase.ts';
import { PurchasesView } from './purchases-view.ts';
import { Shelf } from './shelf.ts';
import { BROWSER_TIMING } from './until-known.ts';
import { changesSentence, failureSentence, nameOf, personSentence, sourceSentence } from './words.ts';

type Changes = Readonly<Record<ListKind, ListChanges>>;

/** The shop: whose lists are shown, and what happens when they buy. */
export class Shop {
  private person: Person = { kind: 'anonymous', basket: [] };
  private filters: ShopFilters = {};
  private lists: BothLists | undefined;
  /** Counts persons and filters: an answer for earlier ones is dropped. */
  private visit = 0;
  /** Counts readings of the shelf, likewise. */
  private stocks = 0;
  /** Purchases wait for each other, because each is compared with the lists before it. */
  private queue: Promise<void> = Promise.resolve();
  private readonly client: Client;
  private readonly isDatedByLists: boolean;
  private readonly outcome = new OutcomeView();
  private readonly shelf = new Shelf((product) => this.buy(product));
  private readonly views: Readonly<Record<ListKind, ListView>> = {
    any: new ListView('any', (product) => this.buy(product)),
    new: new ListView('new', (product) => this.buy(product)),
  };
  private readonly purchases = new PurchasesView({
    giveBack: (product) => {
      const { person } = this;
      return this.enqueue(() => this.sell(person, product, -1));
    },
    takeOut: (index) => void this.enqueue(() => this.takeOut(index)),
  });

  constructor(client: Client, { isDatedByLists = false } = {}) {
    this.client = client;
    this.isDatedByLists = isDatedByLists;
  }

  /** Shops as this person from now on. */
  be(person: Person): void {
    this.person = person;
    // Nobody waits for a purchase of somebody else. It is made all the same.
    this.queue = Promise.resolve();
    this.shelf.setBuyText(this.buyText());
    if (person.kind === 'anonymous') this.purchases.showBasket(person.basket);
    this.outcome.clear(person);
    void this.restart();
    void this.showPurchases();
  }

  /** Reads the products of the shelf. */
  async stock(): Promise<void> {
    try {
      const { filters } = this;
      const stock = ++this.stocks;
      await askShelf(this.client, filters, (products, progress) => {
        const isNewest = stock === this.stocks;
        if (isNewest) this.shelf.show(products, progress);
        return isNewest;
      });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Applies these filters to the shelf and to both lists. */
  async filter(filters: ShopFilters): Promise<void> {
    this.filters = filters;
    await Promise.all([this.stock(), this.restart()]);
  }

  /** Reads the shelf and the lists again, because another run is served. */
  async refresh(): Promise<void> {
    await Promise.all([this.stock(), this.enqueue(() => this.askAgain()), this.showPurchases()]);
  }

  private buyText(): string {
    return this.person.kind === 'anonymous' ? 'Add to basket' : 'Buy';
  }

  private buy(product: ListedProduct): Promise<void> {
    // A purchase that waits is one of who pressed the button, whoever is shopping by then.
    const { person } = this;
    return this.enqueue(() =>
      person.kind === 'anonymous' ? this.putInBasket(product) : this.sell(person, product, 1),
    );
  }

  private enqueue(act: () => Promise<void>): Promise<void> {
    const { visit } = this;
    const done = this.queue.then(act).catch((error: unknown) => {
      if (visit === this.visit) this.fail(error);
      else console.error(error);
    });
    this.queue = done;
    return done;
  }

  private fail(error: unknown): void {
    console.error(error);
    this.outcome.fail(failureSentence(error));
  }

  /** Shows the lists of a person or of filters that were just chosen: there is nothing to compare them with. */
  private async restart(): Promise<void> {
    this.visit++;
    this.lists = undefined;
    await this.enqueue(() => this.askAgain());
  }

  private async askAgain(): Promise<void> {
    const { visit, person, filters } = this;
    const lists = await askBoth(this.client, person, filters);
    if (visit === this.visit) this.show(lists);
  }

  private show(lists: BothLists): Changes | undefined {
    const { lists: before } = this;
    const changes = before && {
      any: listChanges(before.any.products, lists.any.products),
      new: listChanges(before.new.products, lists.new.products),
    };
    this.lists = lists;
    for (const list of LISTS) this.views[list].show(lists[list], changes?.[list], this.buyText());
    setText(place('source'), sourceSentence(lists.any, { isBasket: this.person.kind === 'anonymous' }));
    setText(place('person-text'), personSentence(this.person, lists.any));
    return changes;
  }

  private async sell(person: Person, product: ListedProduct, quantity: number): Promise<void> {
    if (person.kind === 'anonymous') return;
    const { visit, filters, isDatedByLists } = this;
    const isShown = (): boolean => person === this.person && visit === this.visit;
    const before = isShown() ? this.lists : undefined;
    if (isShown()) this.outcome.wait(`${quantity > 0 ? 'Buying' : 'Giving back'} ${nameOf(product)} …`);
    const outcome = await trade(
      this.client,
      { person, product, quantity, filters, before, isDatedByLists },
      BROWSER_TIMING,
    );
    if (!isShown()) return;
    const did = `${personName(person)} ${quantity > 0 ? 'bought' : 'gave back'} ${nameOf(product)}.`;
    if (outcome.kind === 'refused') {
      this.outcome.fail(`The sale of ${nameOf(product)} was refused: ${outcome.reason}.`);
      return;
    }
    const changes = this.show(outcome.lists);
    this.outcome.show({ ...outcome, did, sentences: sentencesOf(changes, outcome.lists) });
    void this.showPurchases();
  }

  private async putInBasket({ product, name }: ListedProduct): Promise<void> {
    if (this.person.kind !== 'anonymous') return;
    await this.changeBasket(
      [...this.person.basket, { product, name }],
      `${nameOf({ product, name })} is in the basket, which is only in this page.`,
    );
  }

  private async takeOut(index: number): Promise<void> {
    if (this.person.kind !== 'anonymous') return;
    const { basket } = this.person;
    const line = basket[index];
    if (!line) return;
    await this.changeBasket(
      basket.filter((_, at) => at !== index),
      `${nameOf(line)} is no longer in the basket.`,
    );
  }

  private async changeBasket(
    basket: Extract<Person, { kind: 'anonymous' }>['basket'],
    did: string,
  ): Promise<void> {
    const { visit, filters } = this;
    const person: Person = { kind: 'anonymous', basket };
    this.person = person;
    this.purchases.showBasket(basket);
    const startMs = performance.now();
    const lists = await askBoth(this.client, person, filters);
    if (visit !== this.visit) return;
    const totalMs = performance.now() - startMs;
    const changes = this.show(lists);
    this.outcome.show({ did, totalMs, isKnown: true, sentences: sentencesOf(changes, lists) });
  }

  /** A caller may be allowed to ask for lists and not for histories, so a failure is shown in its place. */
  private async showPurchases(): Promise<void> {
    const { visit, person } = this;
    if (person.kind === 'anonymous') return;
    try {
      const history = await askHistory(this.client, person.user);
      if (visit === this.visit) this.purchases.showHistory(history);
    } catch (error) {
      console.error(error);
      if (visit === this.visit) this.purchases.showFailure(failureSentence(error));
    }
  }
}

const sentencesOf = (changes: Changes | undefined, lists: BothLists): string[] =>
  changes ? LISTS.map((list) => changesSentence(list, changes[list], lists[list].products)) : [];
