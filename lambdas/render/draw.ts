import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { parse, type Spec, textMetrics, View } from 'vega';
import { compile } from 'vega-lite';
import { escapeHtml } from '../shared/web/html.ts';
import { ASSETS, type AssetName } from './assets.ts';
import { isVegaLite, type Specification } from './drawing/specification.ts';
import { inXml, widthOf } from './drawing/text.ts';

function readAsset(name: AssetName): Uint8Array<ArrayBuffer> {
  const beside = fileURLToPath(new URL(name, import.meta.url));
  return new Uint8Array(
    readFileSync(existsSync(beside) ? beside : fileURLToPath(import.meta.resolve(ASSETS[name]))),
  );
}

let fonts: Promise<Uint8Array[]> | undefined;

/**
 * Reads the renderer and its fonts when the first PNG is drawn, so that a process that draws none does not wait for
 * them.
 */
async function start(): Promise<Uint8Array[]> {
  await initWasm(readAsset('index_bg.wasm'));
  return [readAsset('DejaVuSans.ttf'), readAsset('DejaVuSans-Bold.ttf')];
}

/** Pixels per unit of the picture: more than 1, so that it is sharp on dense screens. */
const SCALE = 1.5;

declare module 'vega' {
  /** Vega exports this without declaring it. */
  export const textMetrics: object;
}

// Without a canvas Vega assumes that every letter is equally wide, and misplaces titles of axes and legends.
Object.assign(textMetrics, {
  width: (
    { fontSize = 11, fontWeight }: { fontSize?: number; fontWeight?: unknown },
    text: unknown,
  ): number => widthOf(String(text), fontSize, fontWeight === 'bold' ? 'bold' : 'normal'),
});

/** Keys begin where the labels of the y axis do. Vega-Lite passes this on, but its schema does not allow it in a specification. */
const CONFIG = { legend: { layout: { top: { anchor: 'start', frame: 'bounds' } } } } as object;

/** Compiles a specification to the Vega specification that is drawn. */
export const toVega = (spec: Specification): Spec =>
  isVegaLite(spec) ? compile(spec, { config: CONFIG }).spec : spec;

/**
 * Draws a specification as SVG, in light colours; its description becomes the label of the picture. The same
 * specification gives the same text.
 */
export async function toSvg(spec: Specification): Promise<string> {
  const view = new View(parse(toVega(spec)), { renderer: 'none' });
  try {
    const svg = await view.toSVG();
    const label = escapeHtml(inXml(String(spec.description ?? '')));
    return svg.replace('<svg ', `<svg role="img" aria-label="${label}" `);
  } finally {
    view.finalize();
  }
}

/** Draws an SVG as PNG, with the bundled fonts, because Lambda has none. */
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
