import { expect, test } from 'vitest';
import { html, moment, page, table } from '../../../lambdas/shared/html.ts';

test('whatever is put into a template is escaped, unless it is HTML already', () => {
  expect(html`<b title="${`"'`}">${'<i>&</i>'}${7}</b>`.text).toBe(
    '<b title="&quot;&#39;">&lt;i&gt;&amp;&lt;/i&gt;7</b>',
  );
  expect(html`<p>${html`<b>${'<'}</b>`}${[html`<br>`, html`<hr>`]}</p>`.text).toBe(
    '<p><b>&lt;</b><br><hr></p>',
  );
});

test('titles and cells are escaped too', () => {
  expect(page('</title><script>', html``)).toContain('<title>&lt;/title&gt;&lt;script&gt;</title>');
  expect(table(['<h>'], [['<td>', 3]], [1]).text).toMatch(
    /<th>&lt;h&gt;<\/th>[\s\S]*<td>&lt;td&gt;<\/td><td class="number">3<\/td>/,
  );
});

test('a moment is read as UTC, to the minute', () => {
  expect(moment(Date.UTC(2026, 0, 2, 3, 4, 59))).toBe('2026-01-02 03:04 UTC');
});
