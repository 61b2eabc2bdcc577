import type { Spec } from 'vega';
import type { z } from 'zod';
import { counted } from '../../shared/contract/numbers.ts';
import type { Metrics } from '../../shared/contract/quality.ts';
import type { Manifest, PublishDecision } from '../../shared/contract/schemas.ts';
import type {
  DegreeSummary,
  Diff,
  GraphFacts,
  GraphSummary,
  ProductSummary,
  SalesSummary,
} from '../../shared/contract/summaries.ts';
import { day } from './text.ts';

/** One run among others: how good it was and what became of it. */
export interface RunOutcome extends Pick<Manifest, 'run' | 'asOfMs' | 'quality' | 'gate' | 'afterwards'> {
  /** Null: not decided yet. */
  readonly decision: z.infer<typeof PublishDecision> | null;
  /** The gate's own words; null as long as nothing is decided. */
  readonly reason: string | null;
}

/** What charts are drawn from. */
export interface RunData {
  readonly manifest: Manifest;
  readonly metrics: Metrics;
  readonly graph: GraphSummary;
  readonly degrees: DegreeSummary;
  readonly products: ProductSummary;
  readonly facts: GraphFacts;
  readonly diff: Diff;
  readonly sales: SalesSummary;
  /** This run and those before it, oldest first, at most 50; this run is the last. */
  readonly runs: readonly RunOutcome[];
}

/** A picture that answers one question. */
export interface Chart {
  /** What the picture shows beside the finding in its title: its caption, and for those who cannot see it. */
  describe(run: RunData): string;
  /** The picture: a function of the run and of nothing else. */
  draw(run: RunData): Spec;
}

/** What stands below every title: run, newest sale, size. */
export const subtitle = ({ manifest }: RunData): string =>
  `Run ${manifest.run} · newest sale ${day(manifest.asOfMs)} · ${counted(manifest.inputs.interactions, 'sale')}, ${counted(manifest.counts.users, 'user')}, ${counted(manifest.counts.products, 'product')}`;
