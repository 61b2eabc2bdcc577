/** Files that `draw.ts` reads and that are no code, by the name they have beside the bundle: where their packages keep them. */
export const ASSETS = {
  'index_bg.wasm': '@resvg/resvg-wasm/index_bg.wasm',
  'DejaVuSans.ttf': 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  'DejaVuSans-Bold.ttf': 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
} as const;

export type AssetName = keyof typeof ASSETS;
