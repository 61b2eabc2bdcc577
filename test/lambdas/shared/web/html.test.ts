import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { html, island, moment, NOTHING, page, table } from '../../../../lambdas/shared/web/html.ts';

test('every value in a template is escaped, unless it is HTML already', () => {
  expect(html`<b title="${`"'`}">${'<i>&</i>'}${7}</b>`.text).toBe(
    '<b title="&quot;&#39;">&lt;i&gt;&amp;&lt;/i&gt;7</b>',
  );
  expect(html`<p>${html`<b>${'<'}</b>`}${[html`<br>`, html`<hr>`]}</p>`.text).toBe(
    '<p><b>&lt;</b><br><hr></p>',
  );
});

const whole = (title: string, script?: string) =>
  page({ title, header: NOTHING, main: NOTHING, ...(script !== undefined && { script }) });

test('titles, labels and cells are escaped too', () => {
  expect(whole('</title><script>')).toContain('<title>&lt;/title&gt;&lt;script&gt;</title>');
  const { text } = table({ label: '"><b>', header: ['<h>'], rows: [['<td>', 3]], numbers: [1] });
  expect(text).toContain('aria-label="&quot;&gt;&lt;b&gt;"');
  expect(text).toMatch(
    /<th scope="col">&lt;h&gt;<\/th>[\s\S]*<td>&lt;td&gt;<\/td><td class="number">3<\/td>/,
  );
});

test('a page may run the one script whose hash its head contains, and nothing without one', () => {
  const hash = createHash('sha256').update('run()').digest('base64');
  expect(whole('a', 'run()')).toContain(`script-src &#39;sha256-${hash}&#39;`);
  expect(whole('a', 'run()')).toContain('<script>run()</script>');
  expect(whole('a')).not.toContain('script-src');
  expect(whole('a')).toContain('content="default-src &#39;none&#39;;');
});

test.each(['"</script>"', '"</SCRIPT "', '"<!--"'])('a script that contains %s is refused', (script) => {
  expect(() => whole('a', script)).toThrow('Cannot embed a script');
});

test('data in a page cannot end its element and is read back unchanged', () => {
  const value = { name: '</script><script>alert(1)</script>', line: '\u2028' };
  const { text } = island('data', value);
  expect(text.match(/<\/?script/g)).toEqual(['<script', '</script']);
  expect(JSON.parse(/>(.*)</s.exec(text)?.[1] ?? '')).toEqual(value);
});

test('a moment is read as UTC, to the minute', () => {
  expect(moment(Date.UTC(2026, 0, 2, 3, 4, 59))).toBe('2026-01-02 03:04 UTC');
});
