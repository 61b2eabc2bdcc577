import type { Diff } from '../../shared/summaries.ts';
import { count, element } from '../dom.ts';
import { RunFiles } from './bucket.ts';
import { differences } from './differences.ts';
import { showPicks } from './picks.ts';
import { linkTo, type Subject, subjectOf } from './subject.ts';
import { productView, userView } from './views.ts';

const UNREADABLE = 'The bucket cannot be read; try again.';

/** Shows any user and product of the served run; each view is an address of its own. */
export class Explorer {
  private run: number | undefined;
  /** Undefined: to be opened at the next lookup. */
  private files: Promise<RunFiles> | undefined;
  /** Counts what was asked for: an answer that comes after the next question is dropped. */
  private turn = 0;
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
    place.replaceChildren(this.form, this.picks, this.status, this.view);
    addEventListener('hashchange', () => void this.show(true));
  }

  /** From now on everything comes from this run; what is looked at is looked up again in it. */
  serve(run: number): void {
    const isFirst = this.run === undefined;
    this.run = run;
    this.files = this.open(run);
    void this.show(isFirst);
  }

  private open(run: number): Promise<RunFiles> {
    const opening = RunFiles.open(run);
    void this.greet(run, opening);
    return opening;
  }

  /** What a lookup reads; opened again where that has failed. */
  private opened(): Promise<RunFiles> | undefined {
    if (this.run !== undefined) this.files ??= this.open(this.run);
    return this.files;
  }

  private async greet(run: number, opening: Promise<RunFiles>): Promise<void> {
    try {
      const files = await opening;
      if (run !== this.run) return;
      this.form.hidden = files.index === undefined;
      this.status.textContent = files.index
        ? ''
        : `Run ${run} was made by a version that writes nothing to explore.`;
      await this.pick();
      const diff = await files.document<Diff>('diff.json');
      document.getElementById('differences')?.replaceChildren(...(diff ? differences(diff) : []));
    } catch {
      if (run !== this.run) return;
      this.files = undefined;
      this.status.textContent = `The files of run ${run} cannot be read; look something up to try again.`;
    }
  }

  /** What there is to pick from, for what is typed. */
  private async pick(): Promise<void> {
    const files = await this.files?.catch(() => undefined);
    this.picks.replaceChildren(...(files?.index ? showPicks(files.index, this.field.value) : []));
  }

  /** Goes where an id or a name leads; says so where that is nowhere, or several places. */
  private async lookUp(text: string): Promise<void> {
    const opened = this.opened();
    if (text === '' || !opened) return;
    try {
      const files = await opened;
      const [only, ...more] = await find(files, text);
      if (!only) this.status.textContent = unknown(files, text);
      else if (more.length === 0) this.goTo(only);
      else {
        this.status.textContent = `${more.length + 1} are called ${text}:`;
        this.picks.replaceChildren(choices([only, ...more]));
      }
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
    if (!opened) return this.view.replaceChildren();
    try {
      const shown = await viewOf(await opened, subject);
      if (own !== this.turn) return;
      this.view.replaceChildren(shown);
      this.status.textContent = '';
      if (!isNavigation) return;
      this.picks.replaceChildren();
      this.field.value = subject.id;
      this.view.scrollIntoView({ block: 'start' });
      this.view.focus({ preventScroll: true });
    } catch {
      if (own === this.turn) this.status.textContent = UNREADABLE;
    }
  }
}

const viewOf = async (files: RunFiles, { kind, id }: Subject): Promise<HTMLElement> =>
  kind === 'user'
    ? userView(id, await files.user(id), files.run)
    : productView(id, await files.product(id), files.run);

/** Users and products of this id, and products of this name; users and products share no ids, so it may be both. */
async function find(files: RunFiles, text: string): Promise<Subject[]> {
  const [user, product] = await Promise.all([files.user(text), files.product(text)]);
  const named = (files.index?.products ?? []).filter(
    ({ name, product: id }) => id !== text && name?.toLowerCase() === text.toLowerCase(),
  );
  return [
    ...(user ? [{ kind: 'user', id: text } as const] : []),
    ...(product ? [{ kind: 'product', id: text } as const] : []),
    ...named.map(({ product: id }) => ({ kind: 'product', id }) as const),
  ];
}

/** Names are known of the products in the index alone; of others ids. */
const unknown = ({ run, index }: RunFiles, text: string): string =>
  `No user or product of run ${run} has the id ${text}; names are searched among the ${count(index?.products.length ?? 0)} most bought products.`;

const choices = (subjects: readonly Subject[]): HTMLElement =>
  element(
    'ul',
    { class: 'plain' },
    ...subjects.map((one) => element('li', {}, element('a', { href: linkTo(one) }, `${one.kind} ${one.id}`))),
  );
