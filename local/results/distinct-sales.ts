import type { Manifest } from '../../lambdas/shared/contract/schemas.ts';

/** Returns the number of distinct sales that a run read, whether or not it was trained on them; without those of forgotten users. */
export const distinctSales = ({
  interactions,
  unweighted,
  charges,
  repeatsById,
}: Pick<Manifest['inputs'], 'interactions' | 'unweighted' | 'charges' | 'repeatsById'>): number =>
  interactions + unweighted + charges.interactions + repeatsById;
