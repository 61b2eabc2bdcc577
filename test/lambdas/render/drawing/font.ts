import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-wasm';
import { ASSETS } from '../../../../lambdas/render/assets.ts';
import { toPng } from '../../../../lambdas/render/draw.ts';
import type { Weight } from '../../../../lambdas/render/drawing/letters.ts';
import { escapeHtml } from '../../../../lambdas/shared/web/html.ts';

/** The box that the letters of a text cover if they are drawn at (0, 0) with the font of the pictures. */
export interface Ink {
  readonly left: number;
  readonly right: number;
  /** Negative above the line. */
  readonly top: number;
  readonly bottom: number;
}

/**
 * Starts the PNG renderer. @returns A function that measures a text; its result is undefined if the font has none of
 * the letters.
 */
export async function startFont(): Promise<
  (text: string, fontSize: number, weight: Weight) => Ink | undefined
> {
  await toPng('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
  const fontBuffers = (['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'] as const).map((name) =>
    readFileSync(fileURLToPath(import.meta.resolve(ASSETS[name]))),
  );
  return (text, fontSize, weight) => {
    const drawn = new Resvg(
      `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="100"><text x="100" y="50" font-family="DejaVu Sans" font-size="${fontSize}px" font-weight="${weight}">${escapeHtml(text)}</text></svg>`,
      { font: { fontBuffers, defaultFontFamily: 'DejaVu Sans', loadSystemFonts: false } },
    );
    const box = drawn.innerBBox();
    drawn.free();
    return (
      box && {
        left: box.x - 100,
        right: box.x + box.width - 100,
        top: box.y - 50,
        bottom: box.y + box.height - 50,
      }
    );
  };
}
