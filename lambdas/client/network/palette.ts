/** The colours of the graph, after Okabe and Ito, so that colour-blind readers can tell them apart; shapes differ too. */
export interface Palette {
  readonly back: string;
  readonly ink: string;
  readonly soft: string;
  readonly user: string;
  readonly userLine: string;
  /** Users too small for an outline. */
  readonly userDot: string;
  readonly product: string;
  readonly productLine: string;
  readonly productDot: string;
  /** The discs of the communities, and the bands between them. */
  readonly disc: string;
  readonly discLine: string;
  readonly band: string;
  /** By kind of edge, as `r,g,b`. */
  readonly edges: readonly [bought: string, recommended: string, similar: string];
}

const LIGHT: Palette = {
  back: '#ffffff',
  ink: '#1c2530',
  soft: '#55606d',
  user: '#add8e6',
  userLine: '#2f78a8',
  userDot: '#2f78a8',
  product: '#90ee90',
  productLine: '#2c7a3d',
  productDot: '#2c7a3d',
  disc: '#f4f6f8',
  discLine: '#d5dce4',
  band: '#e3e8ed',
  edges: ['120,130,142', '200,84,0', '140,70,160'],
};

const DARK: Palette = {
  back: '#1a2129',
  ink: '#e6ebf0',
  soft: '#a9b4c0',
  user: '#5fa8d3',
  userLine: '#add8e6',
  userDot: '#5fa8d3',
  product: '#4fae63',
  productLine: '#a8efb0',
  productDot: '#4fae63',
  disc: '#222b34',
  discLine: '#414e5b',
  band: '#303b46',
  edges: ['132,143,155', '240,140,60', '205,150,225'],
};

export const palette = (): Palette => (matchMedia('(prefers-color-scheme: dark)').matches ? DARK : LIGHT);
