import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { parse, type Spec, textMetrics, View } from 'vega';
import { escapeHtml } from '../shared/web/html.ts';
import { ASSETS, type AssetName } from './assets.ts';
import { inXml, widthOf } from './charts/text.ts';

function readAsset(name: AssetName): Uint8Array<ArrayBuffer> {
  const beside = fileURLToPath(new URL(name, import.meta.url));
  return new Uint8Array(
    readFileSync(existsSync(beside) ? beside : fileURLToPath(import.meta.resolve(ASSETS[name]))),
  );
}

let fonts: Promise<Uint8Array[]> | undefined;

/** The renderer's code and its fonts, read when the first PNG is drawn: who draws none does not wait for them. */
async function start(): Promise<Uint8Array[]> {
  await initWasm(readAsset('index_bg.wasm'));
  return [readAsset('DejaVuSans.ttf'), readAsset('DejaVuSans-Bold.ttf')];
}

/** Pixels per unit of the picture, so that it is sharp on dense screens. */
const SCALE = 1.5;

declare module 'vega' {
  /** Vega exports it and does not declare it. */
  export const textMetrics: object;
}

// Without a canvas Vega takes every letter to be equally wide, and puts the titles of axes where the labels are not.
Object.assign(textMetrics, {
  width: (
    { fontSize = 11, fontWeight }: { fontSize?: number; fontWeight?: unknown },
    text: unknown,
  ): number => widthOf(String(text), fontSize, fontWeight === 'bold' ? 'bold' : 'normal'),
});

/**
 * Draws a Vega specification as SVG, in light colours; its description is there for those who cannot see it. The same
 * specification gives the same text.
 */
export async function toSvg(spec: Spec): Promise<string> {
  const view = new View(parse(spec), { renderer: 'none' });
  try {
    const svg = await view.toSVG();
    const label = escapeHtml(inXml(String(spec.description ?? '')));
    return svg.replace('<svg ', `<svg role="img" aria-label="${label}" `);
  } finally {
    view.finalize();
  }
}

/** Draws an SVG as PNG, with a font of its own: Lambda has none. */
export async function toPng(svg: string): Promise<Uint8Array> {
  fonts ??= start();
  const fontBuffers = await fonts;
  const renderer = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: SCALE },
    font: {
      fontBuffers,
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
      loadSystemFonts: false,
    },
  });
  const image = renderer.render();
  try {
    return image.asPng();
  } finally {
    image.free();
    renderer.free();
  }
}
