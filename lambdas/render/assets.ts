/** Files other than code that `draw.ts` reads: their names next to the bundle, and their places in their packages. */
export const ASSETS = {
  'index_bg.wasm': '@resvg/resvg-wasm/index_bg.wasm',
  'DejaVuSans.ttf': 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  'DejaVuSans-Bold.ttf': 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
} as const;

export type AssetName = keyof typeof ASSETS;
