/** Colours of the graph, after Okabe and Ito: told apart by those who see fewer colours; shapes differ, too. */
export interface Palette {
  readonly back: string;
  readonly ink: string;
  readonly user: string;
  readonly userLine: string;
  readonly product: string;
  readonly productLine: string;
  /** By kind of edge, as `r,g,b`. */
  readonly edges: readonly [bought: string, recommended: string, similar: string];
}

const LIGHT: Palette = {
  back: '#ffffff',
  ink: '#1c2530',
  user: '#add8e6',
  userLine: '#2f78a8',
  product: '#90ee90',
  productLine: '#2c7a3d',
  edges: ['120,130,142', '200,84,0', '140,70,160'],
};

const DARK: Palette = {
  back: '#1a2129',
  ink: '#e6ebf0',
  user: '#5fa8d3',
  userLine: '#add8e6',
  product: '#4fae63',
  productLine: '#a8efb0',
  edges: ['132,143,155', '240,140,60', '205,150,225'],
};

export const palette = (): Palette => (matchMedia('(prefers-color-scheme: dark)').matches ? DARK : LIGHT);
