import type { Diff } from '../../shared/contract/summaries.ts';
import { element } from '../dom.ts';
import { type Answer, lookUp, type Ready, whileTyping } from './answers.ts';
import { RunFiles, type Tables, Unanswered } from './bucket.ts';
import { differences } from './differences.ts';
import { replaceContent } from './replace.ts';
import { isOfExplorer, linkTo, type Subject, subjectOf } from './subject.ts';
import { subjectView } from './views.ts';

/** Who types is not asked before. */
const PAUSE_MS = 150;

/** A run, and what can be looked up in it; undefined where its version wrote nothing that this page reads. */
interface Opened {
  readonly files: RunFiles;
  readonly tables: Tables | undefined;
}

/** Shows any user and product of the served run; each view is an address of its own. */
export class Explorer {
  private run: number | undefined;
  /** Undefined: to be opened at the next question. */
  private opening: Promise<Opened> | undefined;
  /** Questions of the field, and of the address: an answer to one that is not the last is dropped. */
  private typed = 0;
  private addressed = 0;
  /** The last address that was the explorer's to answer; others lead about the page. */
  private address = isOfExplorer(location.hash) ? location.hash : '';
  /** What had been asked of the field when somebody went to the address; undefined: they were shown it. */
  private arriving: number | undefined = 0;
  private hasFailed = false;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private readonly field = element('input', {
    type: 'search',
    id: 'explorer-search',
    autocomplete: 'off',
    spellcheck: 'false',
    input: () => this.type(),
  });
  private readonly picks = element('div');
  private readonly view = element('div', { id: 'view', tabindex: -1 });
  private readonly status = element('p', { class: 'soft noprint', role: 'status' });
  private readonly form: HTMLElement;

  constructor(place: HTMLElement) {
    const submit = (event: Event): void => {
      event.preventDefault();
      this.lookUp();
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
    this.field.value = subjectOf(this.address)?.id ?? '';
    addEventListener('hashchange', () => {
      if (!isOfExplorer(location.hash)) return;
      this.address = location.hash;
      this.arrive();
    });
  }

  /** From now on everything comes from this run; what is looked at, or was found, is looked up again in it. */
  serve(run: number): void {
    this.run = run;
    this.opening = this.open(run);
    this.show();
  }

  private open(run: number): Promise<Opened> {
    const opening = RunFiles.open(run).then(async (files) => ({ files, tables: await files.tables() }));
    opening.then(
      (opened) => run === this.run && this.welcome(opened),
      (error: unknown) => {
        if (run !== this.run) return;
        this.opening = undefined;
        this.fail(error, `The files of run ${run} cannot be read; look something up to try again.`);
      },
    );
    return opening;
  }

  private welcome({ files, tables }: Opened): void {
    this.say(
      tables
        ? ''
        : `Run ${files.run} was made by an earlier version of Cartograph; its users and products cannot be looked up here. Those of the next run can.`,
    );
    if (!tables) {
      const isLeft = this.form.contains(document.activeElement);
      for (const place of [this.picks, this.view]) replaceContent(place, this.view, []);
      if (isLeft) this.view.focus({ preventScroll: true });
    }
    this.form.hidden = tables === undefined;
    void this.tellDifferences(files);
  }

  private async tellDifferences(files: RunFiles): Promise<void> {
    let told: HTMLElement[] = [];
    try {
      const diff = await files.document<Diff>('diff.json');
      if (diff) told = differences(diff);
    } catch (error) {
      console.error(error);
    }
    if (files.run === this.run) document.getElementById('differences')?.replaceChildren(...told);
  }

  /** Reads, and uses what was read unless another question came meanwhile; of another run by then, it is read there. */
  private async ask<Read>(
    isLast: () => boolean,
    read: (ready: Ready) => Promise<Read>,
    use: (answer: Read) => void,
  ): Promise<void> {
    if (this.run === undefined) return;
    this.opening ??= this.open(this.run);
    // What happens where that fails is said where it is opened.
    const opened = await this.opening.catch(() => undefined);
    if (!opened?.tables || !isLast()) return;
    const { files, tables } = opened;
    try {
      const answer = await read({ run: files.run, tables });
      if (!isLast()) return;
      if (files.run !== this.run) return await this.ask(isLast, read, use);
      if (this.hasFailed) this.say('');
      use(answer);
    } catch (error) {
      if (isLast())
        this.fail(
          error,
          error instanceof Unanswered
            ? 'The bucket does not answer; try again.'
            : `A file of run ${files.run} is not what it should be.`,
        );
    }
  }

  /** The field has changed; what there is is asked when it stays so for a moment. */
  private type(): void {
    this.typed++;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.suggest(), PAUSE_MS);
  }

  private suggest(): void {
    const [own, text] = [++this.typed, this.field.value];
    void this.ask(
      () => own === this.typed,
      (ready) => whileTyping(ready, text),
      (answer) => this.put(answer),
    );
  }

  private lookUp(): void {
    clearTimeout(this.pause);
    const text = this.field.value;
    if (text.trim() === '') return;
    const [own, { address }] = [++this.typed, this];
    void this.ask(
      () => own === this.typed && address === this.address,
      (ready) => lookUp(ready, text),
      (answer) => this.put(answer),
    );
  }

  private put(answer: Answer): void {
    if (!answer.goTo) {
      this.say(answer.status);
      replaceContent(this.picks, this.field, answer.picks);
    } else if (this.address === linkTo(answer.goTo)) this.arrive();
    else location.hash = linkTo(answer.goTo);
  }

  /** Goes where the address leads; suggestions that are still to come would lie over it. */
  private arrive(): void {
    clearTimeout(this.pause);
    this.arriving = ++this.typed;
    this.field.value = subjectOf(this.address)?.id ?? this.field.value;
    this.show();
  }

  /** Shows what the address names. */
  private show(): void {
    const own = ++this.addressed;
    const subject = subjectOf(this.address);
    if (subject) this.lookAt(subject, () => own === this.addressed);
    else this.lookAtNothing();
  }

  private lookAtNothing(): void {
    this.arriving = undefined;
    const unreadable = element('p', {}, 'This address names no user and no product.');
    replaceContent(this.view, this.field, this.address === '' ? [] : [unreadable]);
    this.suggest();
  }

  private lookAt(subject: Subject, isLast: () => boolean): void {
    if (this.arriving !== this.typed && this.picks.hasChildNodes()) this.suggest();
    void this.ask(
      isLast,
      (ready) => subjectView(ready, subject),
      (view) => {
        replaceContent(this.view, this.view, [view]);
        // Who has typed since goes on typing.
        const isAwaited = this.arriving === this.typed;
        this.arriving = undefined;
        if (!isAwaited) return;
        this.say('');
        this.picks.replaceChildren();
        this.view.scrollIntoView({ block: 'start' });
        this.view.focus({ preventScroll: true });
      },
    );
  }

  private fail(error: unknown, text: string): void {
    console.error(error);
    this.say(text);
    this.hasFailed = true;
  }

  private say(text: string): void {
    this.status.textContent = text;
    this.hasFailed = false;
  }
}
