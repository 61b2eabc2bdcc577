import { expect, test } from 'vitest';
import { shortName } from '../../../../lambdas/render/drawing/text.ts';
import { withoutBidi } from '../../../../lambdas/shared/web/bidi.ts';
import { html } from '../../../../lambdas/shared/web/html.ts';

test('each control character for the writing direction is replaced', () => {
  for (const control of '\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069')
    expect(withoutBidi(`a${control}b`)).toBe('a\ufffdb');
});

test('names in right-to-left letters and their marks stay unchanged', () => {
  expect(withoutBidi('מנורה\u200f 5\u200e')).toBe('מנורה\u200f 5\u200e');
});

test('a name in a picture or page cannot change the direction of the sentence around it', () => {
  expect(shortName('\u202epmaL')).toBe('\ufffdpmaL');
  expect(html`<p title="${'\u2067a'}">${'\u202eb'}</p>`.text).toBe('<p title="\ufffda">\ufffdb</p>');
});
