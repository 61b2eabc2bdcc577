import { expect, test } from 'vitest';
import { INNER_WIDTH } from '../../../../lambdas/render/drawing/config.ts';
import { layered, withoutPlot } from '../../../../lambdas/render/drawing/frame.ts';
import { stacked } from '../../../../lambdas/render/drawing/panels.ts';
import { widthOf } from '../../../../lambdas/render/drawing/text.ts';

const frame = { title: 'Half are lamps', notes: ['Shown: all'], description: 'Lamps and vases.' };

test('every picture has its finding and description as text, and is embedded as SVG', () => {
  for (const spec of [withoutPlot(frame), layered(frame, { layer: [] }), stacked(frame, [])]) {
    expect(spec.$schema).toBe('https://vega.github.io/schema/vega-lite/v6.json');
    expect(spec.description).toBe('Half are lamps. Lamps and vases.');
    expect(spec.usermeta).toEqual({ embedOptions: { renderer: 'svg' } });
  }
});

test('titles and notes are broken into lines that fit', () => {
  const [name, note] = ['lamp '.repeat(30).trim(), 'vase '.repeat(60).trim()];
  const { title } = withoutPlot({ ...frame, title: name, notes: [note] });
  const { text, subtitle } = title as { text: string[]; subtitle: string[] };
  expect([text.join(' '), subtitle.join(' ')]).toEqual([name, note]);
  expect(Math.min(text.length, subtitle.length)).toBeGreaterThan(1);
  for (const line of text) expect(widthOf(line, 20, 'bold')).toBeLessThanOrEqual(INNER_WIDTH);
  for (const line of subtitle) expect(widthOf(line, 13)).toBeLessThanOrEqual(INNER_WIDTH);
});
