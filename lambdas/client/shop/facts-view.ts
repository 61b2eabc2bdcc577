import { grouped } from '../../shared/contract/numbers.ts';
import { element } from '../dom.ts';
import type { Answer } from './api.ts';
import { place, setText } from './place.ts';
import { sourceSentence } from './words.ts';

/** Where the lists come from: source, run, and the newest sales that they know. */
export class FactsView {
  private readonly source = place('source');
  private readonly list = place('facts');

  /** @param askedMs How long the question took; undefined if it was part of a purchase. */
  show(
    answer: Answer,
    { isBasket, askedMs }: { readonly isBasket: boolean; readonly askedMs?: number },
  ): void {
    setText(this.source, sourceSentence(answer, isBasket));
    const { run, newestSaleMs } = answer;
    const facts: readonly (readonly [string, string])[] = [
      ['Run', run === null ? 'none yet' : grouped(run.run)],
      ['Newest sale in the run', run === null ? '–' : minute(run.newestSaleMs)],
      ...(isBasket
        ? []
        : [['Newest sale of this person', newestSaleMs === null ? '–' : minute(newestSaleMs)] as const]),
      ...(askedMs === undefined ? [] : [['Both lists answered in', `${Math.round(askedMs)} ms`] as const]),
    ];
    this.list.replaceChildren(
      ...facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
    );
  }
}

/** @example minute(0) // '1970-01-01 00:00 UTC' */
const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
