import type { Diff } from '../../shared/contract/summaries.ts';
import { BlockChanged } from '../../shared/web/block-table.ts';
import { element } from '../dom.ts';
import { addressOf, isExplorerAddress, parseAddress, type UserOrProduct } from './address.ts';
import type { AskUser } from './ask-user.ts';
import { RunFiles, type Tables, Unavailable } from './bucket.ts';
import { details } from './details.ts';
import { differences } from './differences.ts';
import { lookUp, type RunTables, type SearchResult, suggestionsFor } from './lookup.ts';
import { replaceContent } from './replace-content.ts';

/** Suggestions are read when nothing has been typed for this long. */
const PAUSE_MS = 150;

/** The files of a run. `tables` is undefined if an earlier version made the run, without the tables that this page reads. */
interface OpenRun {
  readonly files: RunFiles;
  readonly tables: Tables | undefined;
}

/** Looks up users and products of the served run. Each of them has its own address. */
export class Explorer {
  private run: number | undefined;
  /** Undefined after a failure: the next search opens the run again. */
  private opening: Promise<OpenRun> | undefined;
  /** Numbers of the newest search and of the newest navigation: results of older ones are dropped. */
  private searches = 0;
  private navigations = 0;
  /** The last address of the explorer; other addresses are anchors in the page. */
  private address = isExplorerAddress(location.hash) ? location.hash : '';
  /**
   * The newest search at the time of a navigation whose details are not shown yet. If it is still the newest when they
   * come, the view gets the focus; otherwise the reader has typed since and keeps typing.
   */
  private searchAtNavigation: number | undefined = 0;
  private hasFailed = false;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private readonly field = element('input', {
    type: 'search',
    id: 'explorer-search',
    autocomplete: 'off',
    spellcheck: 'false',
    input: () => this.onInput(),
  });
  private readonly choices = element('div');
  private readonly view = element('div', { id: 'view', tabindex: -1 });
  private readonly status = element('p', { class: 'soft noprint', role: 'status' });
  private readonly form: HTMLElement;
  private readonly askUser: AskUser | undefined;

  /** @param askUser Asks for a user by id; undefined where the files of a run have the ids. */
  constructor(container: HTMLElement, askUser?: AskUser) {
    this.askUser = askUser;
    const submit = (event: Event): void => {
      event.preventDefault();
      this.lookUp();
    };
    this.form = element(
      'form',
      { role: 'search', class: 'noprint', submit },
      element(
        'label',
        { for: this.field.id },
        askUser ? 'Product (id or name), or the whole id of a user' : 'User or product (id or name)',
      ),
      element(
        'div',
        { class: 'controls' },
        element('div', { class: 'wide' }, this.field),
        element('button', { type: 'submit' }, 'Look up'),
      ),
    );
    container.replaceChildren(this.form, this.status, this.choices, this.view);
    this.field.value = parseAddress(this.address)?.id ?? '';
    addEventListener('hashchange', () => {
      if (!isExplorerAddress(location.hash)) return;
      this.address = location.hash;
      this.navigate();
    });
  }

  /** Reads everything from this run from now on; the current search and details are read again. */
  serve(run: number): void {
    this.run = run;
    this.opening = this.open(run);
    this.showAddress();
  }

  private open(run: number): Promise<OpenRun> {
    const opening = RunFiles.open(run).then(async (files) => {
      const tables = await files.tables();
      return { files, tables: tables && { ...tables, askUser: this.askUser } };
    });
    opening.then(
      (opened) => run === this.run && this.onOpened(opened),
      (error: unknown) => {
        if (run !== this.run) return;
        this.opening = undefined;
        this.fail(error, `The files of run ${run} cannot be read. Look something up to try again.`);
      },
    );
    return opening;
  }

  private onOpened({ files, tables }: OpenRun): void {
    this.setStatus(
      tables
        ? ''
        : `Run ${files.run} was made by an earlier version of Cartograph, so its users and products cannot be looked up here.`,
    );
    if (!tables) {
      const hadFocus = this.form.contains(document.activeElement);
      for (const container of [this.choices, this.view]) replaceContent(container, this.view, []);
      if (hadFocus) this.view.focus({ preventScroll: true });
    }
    this.form.hidden = tables === undefined;
    void this.showDifferences(files);
  }

  private async showDifferences(files: RunFiles): Promise<void> {
    let content: HTMLElement[] = [];
    try {
      const diff = await files.document<Diff>('diff.json');
      if (diff) content = differences(diff);
    } catch (error) {
      console.error(error);
    }
    if (files.run === this.run) document.getElementById('differences')?.replaceChildren(...content);
  }

  /**
   * Reads from the served run and uses the result, unless a newer request has made it obsolete. If another run is served
   * by then, the request is repeated in that run; if the files of the run were rewritten, it is repeated once with the new ones.
   */
  private async request<Result>(
    isNewest: () => boolean,
    read: (run: RunTables) => Promise<Result>,
    use: (result: Result) => void,
    mayRepeat = true,
  ): Promise<void> {
    if (this.run === undefined) return;
    this.opening ??= this.open(this.run);
    // `open` reports its own failures.
    const opened = await this.opening.catch(() => undefined);
    if (!opened?.tables || !isNewest()) return;
    const { files, tables } = opened;
    try {
      const result = await read({ run: files.run, tables });
      if (!isNewest()) return;
      if (files.run !== this.run) return await this.request(isNewest, read, use);
      if (this.hasFailed) this.setStatus('');
      use(result);
    } catch (error) {
      const isChanged = error instanceof BlockChanged;
      // Another request may have opened the run again already.
      if (isChanged && (await this.opening?.catch(() => undefined)) === opened) this.opening = undefined;
      if (isChanged && mayRepeat && isNewest()) return await this.request(isNewest, read, use, false);
      if (isNewest()) this.fail(error, messageOf(error, files.run));
    }
  }

  /** Waits for a pause in typing before it reads suggestions. */
  private onInput(): void {
    this.searches++;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.suggest(), PAUSE_MS);
  }

  private suggest(): void {
    const [search, text] = [++this.searches, this.field.value];
    void this.request(
      () => search === this.searches,
      (run) => suggestionsFor(run, text),
      (result) => this.showResult(result),
    );
  }

  private lookUp(): void {
    clearTimeout(this.pause);
    const text = this.field.value;
    if (text.trim() === '') return;
    const [search, { address }] = [++this.searches, this];
    void this.request(
      () => search === this.searches && address === this.address,
      (run) => lookUp(run, text),
      (result) => this.showResult(result),
    );
  }

  private showResult(result: SearchResult): void {
    if (!result.goTo) {
      this.setStatus(result.status);
      replaceContent(this.choices, this.field, result.choices);
    } else if (this.address === addressOf(result.goTo)) this.navigate();
    else location.hash = addressOf(result.goTo);
  }

  /** Goes to the address. Suggestions that have not arrived yet are dropped, because they would push the details down. */
  private navigate(): void {
    clearTimeout(this.pause);
    this.searchAtNavigation = ++this.searches;
    this.field.value = parseAddress(this.address)?.id ?? this.field.value;
    this.showAddress();
  }

  private showAddress(): void {
    const navigation = ++this.navigations;
    const target = parseAddress(this.address);
    if (target) this.showDetails(target, () => navigation === this.navigations);
    else this.showNoDetails();
  }

  private showNoDetails(): void {
    this.searchAtNavigation = undefined;
    const invalid = element('p', {}, 'This is not the address of a user or product.');
    replaceContent(this.view, this.field, this.address === '' ? [] : [invalid]);
    this.suggest();
  }

  private showDetails(target: UserOrProduct, isNewest: () => boolean): void {
    if (this.searchAtNavigation !== this.searches && this.choices.hasChildNodes()) this.suggest();
    void this.request(
      isNewest,
      (run) => details(run, target),
      (view) => {
        replaceContent(this.view, this.view, [view]);
        const isAwaited = this.searchAtNavigation === this.searches;
        this.searchAtNavigation = undefined;
        if (!isAwaited) return;
        this.setStatus('');
        this.choices.replaceChildren();
        this.view.scrollIntoView({ block: 'start' });
        this.view.focus({ preventScroll: true });
      },
    );
  }

  private fail(error: unknown, message: string): void {
    console.error(error);
    this.setStatus(message);
    this.hasFailed = true;
  }

  private setStatus(text: string): void {
    this.status.textContent = text;
    this.hasFailed = false;
  }
}

function messageOf(error: unknown, run: number): string {
  if (error instanceof Unavailable) return 'The bucket did not answer. Try again.';
  if (error instanceof BlockChanged)
    return `A file of run ${run} is damaged, or is being rewritten. Try again in a minute.`;
  return `A file of run ${run} is missing or damaged.`;
}
