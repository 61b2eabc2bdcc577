import { expect, test } from 'vitest';
import { toPng, toSvg } from '../../../lambdas/render/draw.ts';

const svg = (body: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" viewBox="0 0 40 20">${body}</svg>`;

/** https://www.w3.org/TR/png-3/#11IHDR: width and height are at bytes 16 and 20. */
const sizeOf = (png: Uint8Array): readonly [number, number] => {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
};

test('a picture of 40 by 20 has 60 by 30 pixels', async () => {
  expect(sizeOf(await toPng(svg('')))).toEqual([60, 30]);
});

test('text is drawn with the bundled fonts, in both weights', async () => {
  const text = (weight: string) =>
    toPng(
      svg(`<text x="2" y="15" font-family="DejaVu Sans, sans-serif" font-weight="${weight}">lamp</text>`),
    );
  const [nothing, normal, bold] = [await toPng(svg('')), await text('normal'), await text('bold')];
  expect(normal).not.toEqual(nothing);
  expect(bold).not.toEqual(nothing);
  expect(bold).not.toEqual(normal);
});

test('a font family that is missing is replaced by the bundled one', async () => {
  const text = (family: string) => toPng(svg(`<text x="2" y="15" font-family="${family}">lamp</text>`));
  expect(await text('No Such Font, sans-serif')).toEqual(await text('DejaVu Sans'));
});

test('text that is not SVG is an error, and the next picture is drawn', async () => {
  await expect(toPng('<svg')).rejects.toThrow('SVG');
  expect(sizeOf(await toPng(svg('')))).toEqual([60, 30]);
});

test('the same specification gives the same text', async () => {
  const spec = () => ({
    width: 20,
    height: 20,
    marks: [{ type: 'text' as const, encode: { enter: { text: { value: '<&>' } } } }],
  });
  const drawn = await toSvg(spec());
  expect(drawn).toContain('&lt;&amp;&gt;');
  expect(await toSvg(spec())).toBe(drawn);
});
