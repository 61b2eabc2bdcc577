import type { Spec } from 'vega';
import type { TopLevelSpec } from 'vega-lite';

/** A picture before it is drawn. */
export type Specification = TopLevelSpec | Spec;

export const isVegaLite = (spec: Specification): spec is TopLevelSpec =>
  spec.$schema?.includes('vega-lite') ?? false;

/** The name of the file with a specification, next to the pictures, and its language. */
export interface SpecificationFile {
  readonly file: string;
  readonly language: 'Vega-Lite' | 'Vega';
}

/** @param name The name of the chart and of its files. */
export const fileOf = (name: string, spec: Specification): SpecificationFile =>
  isVegaLite(spec)
    ? { file: `${name}.vl.json`, language: 'Vega-Lite' }
    : { file: `${name}.vg.json`, language: 'Vega' };
