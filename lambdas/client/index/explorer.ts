import type { Diff } from '../../shared/summaries.ts';
import { element } from '../dom.ts';
import { RunFiles, type Tables } from './bucket.ts';
import { differences } from './differences.ts';
import { showPicks } from './picks.ts';
import { replaceContent } from './replace.ts';
import { find, type Suggestions, suggest } from './search.ts';
import { linkTo, type Subject, subjectOf } from './subject.ts';
import { productView, userView } from './views.ts';

const UNREADABLE = 'The bucket cannot be read; try again.';

/** A run, and what can be looked up in it; undefined where its version wrote nothing that this page reads. */
interface Opened {
  readonly files: RunFiles;
  readonly tables: Tables | undefined;
}

/** Shows any user and product of the served run; each view is an address of its own. */
export class Explorer {
  private run: number | undefined;
  /** Undefined: to be opened at the next lookup. */
  private opening: Promise<Opened> | undefined;
  /** Count what was asked for: an answer that comes after the next question is dropped. */
  private turn = 0;
  private pickTurn = 0;
  private readonly field = element('input', {
    type: 'search',
    id: 'explorer-search',
    autocomplete: 'off',
    spellcheck: 'false',
    input: () => void this.pick(),
  });
  private readonly picks = element('div');
  private readonly view = element('div', { id: 'view', tabindex: -1 });
  private readonly status = element('p', { class: 'soft', role: 'status' });
  private readonly form: HTMLElement;

  constructor(place: HTMLElement) {
    const submit = (event: Event): void => {
      event.preventDefault();
      void this.lookUp(this.field.value.trim());
    };
    this.form = element(
      'form',
      { role: 'search', class: 'noprint', submit },
      element('label', { for: this.field.id }, 'User or product, by id or name'),
      element(
        'div',
        { class: 'controls' },
        element('div', { class: 'wide' }, this.field),
        element('button', { type: 'submit' }, 'Look up'),
      ),
    );
    place.replaceChildren(this.form, this.status, this.picks, this.view);
    addEventListener('hashchange', () => void this.show(true));
  }

  /** From now on everything comes from this run; what is looked at is looked up again in it. */
  serve(run: number): void {
    const isFirst = this.run === undefined;
    this.run = run;
    this.opening = this.open(run);
    void this.show(isFirst);
  }

  private open(run: number): Promise<Opened> {
    const opening = RunFiles.open(run).then(async (files) => ({ files, tables: await files.tables() }));
    void this.greet(run, opening);
    return opening;
  }

  /** What a lookup reads; opened again where that has failed. */
  private opened(): Promise<Opened> | undefined {
    if (this.run !== undefined) this.opening ??= this.open(this.run);
    return this.opening;
  }

  private async greet(run: number, opening: Promise<Opened>): Promise<void> {
    try {
      const { files, tables } = await opening;
      if (run !== this.run) return;
      this.form.hidden = tables === undefined;
      this.status.textContent = tables
        ? ''
        : `Run ${run} was made by an earlier version of Cartograph; its users and products cannot be looked up here. Those of the next run can.`;
      const diff = await files.document<Diff>('diff.json');
      document.getElementById('differences')?.replaceChildren(...(diff ? differences(diff) : []));
    } catch {
      if (run !== this.run) return;
      this.opening = undefined;
      this.status.textContent = `The files of run ${run} cannot be read; look something up to try again.`;
    }
  }

  /** What there is to pick from, for what is typed. */
  private async pick(): Promise<void> {
    const own = ++this.pickTurn;
    const text = this.field.value.trim();
    try {
      // That a run cannot be opened is said where it is opened.
      const opened = await this.opening?.catch(() => undefined);
      if (!opened?.tables) return;
      const found = text === '' ? atFirst(opened.tables) : await suggest(opened.tables, text);
      if (own !== this.pickTurn) return;
      this.status.textContent =
        subjectsOf(found).length === 0 && text !== '' ? nothing(opened.files.run, text) : '';
      this.showPicks(found, text !== '');
    } catch {
      if (own === this.pickTurn) this.status.textContent = UNREADABLE;
    }
  }

  private showPicks(found: Suggestions, isSearch: boolean): void {
    replaceContent(this.picks, this.field, showPicks(found, isSearch));
  }

  /** Goes where an id or a name leads; says so where that is nowhere, or several places. */
  private async lookUp(text: string): Promise<void> {
    const opened = this.opened();
    if (text === '' || !opened) return;
    try {
      const { files, tables } = await opened;
      if (!tables) return;
      const [only, ...more] = await find(tables, text);
      if (only && more.length === 0) return this.goTo(only);
      this.pickTurn++;
      if (only) {
        this.status.textContent = `${more.length + 1} are called ${text}:`;
        return replaceContent(this.picks, this.field, [choices([only, ...more])]);
      }
      const found = await suggest(tables, text);
      const nearest = subjectsOf(found);
      if (nearest.length === 1 && nearest[0]) return this.goTo(nearest[0]);
      this.status.textContent =
        nearest.length === 0
          ? nothing(files.run, text)
          : `Nothing in run ${files.run} is called ${text}; of these the id, or a word of the name, begins so:`;
      this.showPicks(found, true);
    } catch {
      this.status.textContent = UNREADABLE;
    }
  }

  private goTo(subject: Subject): void {
    if (location.hash === linkTo(subject)) void this.show(true);
    else location.hash = linkTo(subject);
  }

  /** Shows what the address names. @param isNavigation Whether somebody wants to be there now. */
  private async show(isNavigation: boolean): Promise<void> {
    const own = ++this.turn;
    const subject = subjectOf(location.hash);
    const opened = subject && this.opened();
    if (!opened) {
      this.view.replaceChildren();
      return this.pick();
    }
    try {
      const { files, tables } = await opened;
      const shown = tables ? [await viewOf(tables, subject, files.run)] : [];
      if (own !== this.turn) return;
      replaceContent(this.view, this.view, shown);
      if (!tables) return;
      this.status.textContent = '';
      if (!isNavigation) return;
      this.pickTurn++;
      this.picks.replaceChildren();
      this.field.value = subject.id;
      this.view.scrollIntoView({ block: 'start' });
      this.view.focus({ preventScroll: true });
    } catch {
      if (own === this.turn) this.status.textContent = UNREADABLE;
    }
  }
}

const viewOf = async (tables: Tables, { kind, id }: Subject, run: number): Promise<HTMLElement> =>
  kind === 'user'
    ? userView(id, await tables.users.get(id), run)
    : productView(id, await tables.products.get(id), run);

const atFirst = ({ picks }: Tables): Suggestions => ({
  ...picks,
  hasMoreUsers: false,
  hasMoreProducts: false,
});

const subjectsOf = ({ users, products }: Suggestions): Subject[] => [
  ...users.map((id) => ({ kind: 'user', id }) as const),
  ...products.map(({ product }) => ({ kind: 'product', id: product }) as const),
];

const nothing = (run: number, text: string): string =>
  `No user or product of run ${run} has an id, or a word in its name, that begins with ${text}.`;

const choices = (subjects: readonly Subject[]): HTMLElement =>
  element(
    'ul',
    { class: 'plain' },
    ...subjects.map((one) => element('li', {}, element('a', { href: linkTo(one) }, `${one.kind} ${one.id}`))),
  );
