import { grouped } from '../../shared/contract/numbers.ts';
import { element } from '../dom.ts';
import { type Person, personName } from './person.ts';
import { place } from './place.ts';
import { PATIENCE_MS } from './until-known.ts';

export interface ShownOutcome {
  /** Who did what, as a sentence. */
  readonly did: string;
  /** From the press to the changed lists. */
  readonly totalMs: number;
  /** From the press to the answer that the sale is on the topic; undefined for a basket. */
  readonly acceptedMs?: number;
  readonly isKnown: boolean;
  readonly address?: string | undefined;
  /** The changes in each list. */
  readonly sentences: readonly string[];
}

/** The result of the newest purchase: how long it took, and what changed. It is read out once. */
export class OutcomeView {
  private readonly box = place('outcome-box');
  private readonly text = place('outcome');

  /** Says that a purchase is on its way. It is seen and not read out, because the result follows at once. */
  wait(sentence: string): void {
    this.box.className = 'outcome';
    this.text.replaceChildren(element('span', { 'aria-hidden': 'true' }, sentence));
  }

  show({ did, totalMs, acceptedMs, isKnown, address, sentences }: ShownOutcome): void {
    this.box.className = isKnown ? 'outcome' : 'outcome wrong';
    if (!isKnown) {
      this.text.textContent = `${did} The sale is on the topic (${address ?? 'unknown place'}), but the lists do not know it after ${PATIENCE_MS / 1000} s. Check that the stage remember runs, then choose the person again.`;
      return;
    }
    const accepted =
      acceptedMs === undefined ? '' : ` (on the topic after ${grouped(Math.round(acceptedMs))} ms)`;
    this.text.replaceChildren(
      `${did} `,
      element('span', { class: 'ms' }, `${grouped(Math.round(totalMs))} ms`),
      ` from the press to changed lists${accepted}.`,
      ...sentences.map((sentence) => element('span', { class: 'part' }, ` ${sentence}`)),
    );
  }

  fail(sentence: string): void {
    this.box.className = 'outcome wrong';
    this.text.textContent = sentence;
  }

  /** Says who is shopping now. */
  clear(person: Person): void {
    this.box.className = 'outcome';
    this.text.textContent = `${personName(person)} is shopping. Press “Buy” on the shelf or in a list, and both lists change.`;
  }
}
