import type { z } from 'zod';
import { counted } from '../../shared/contract/numbers.ts';
import type { Metrics } from '../../shared/contract/quality.ts';
import type { RunCost } from '../../shared/contract/run-cost.ts';
import type { Manifest, PublishDecision } from '../../shared/contract/schemas.ts';
import type {
  DegreeSummary,
  Diff,
  GraphFacts,
  GraphSummary,
  ProductSummary,
  SalesSummary,
} from '../../shared/contract/summaries.ts';
import type { Html } from '../../shared/web/html.ts';
import type { Specification } from '../drawing/specification.ts';
import { day } from '../drawing/text.ts';

/** One run among others: its quality, and the decision about it. */
export interface RunOutcome extends Pick<Manifest, 'run' | 'asOfMs' | 'quality' | 'gate' | 'afterwards'> {
  /** Null: not decided yet. */
  readonly decision: z.infer<typeof PublishDecision> | null;
  /** The reason that the gate gave; null as long as nothing is decided. */
  readonly reason: string | null;
}

/** The data that charts are drawn from. */
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
  /** True if users have pseudonyms in place of their ids in the shop; false by default. */
  readonly hasPseudonyms?: boolean;
  /** The costs of the runs before this one, oldest first, at most 50; only those that are billed. */
  readonly costs: readonly RunCost[];
}

/**
 * A picture that answers one question. A chart is defined in one file; pages, the index, the gallery and the tests read
 * it from there.
 */
export interface Chart {
  /** The first line of its docstring, and its heading in the gallery. */
  readonly question: string;
  /**
   * Describes what the picture shows in addition to the finding in its title: the caption, and a part of the
   * alternative text.
   */
  describe(run: RunData): string;
  /** Draws the picture, which depends on the run alone. */
  draw(run: RunData): Specification;
  /** Its numbers on the run's page: a table below the picture, or the id of the section of the page that has them. */
  readonly numbers: { readonly table: (run: RunData) => Html } | { readonly section: string };
  /** Its name on the index page; if left out, the index does not show it. */
  readonly onIndex?: string;
}

/** The first note of every picture: run, newest sale, size. */
export const subtitle = ({ manifest }: RunData): string =>
  `Run ${manifest.run} · newest sale ${day(manifest.asOfMs)} · ${counted(manifest.inputs.interactions, 'sale')}, ${counted(manifest.counts.users, 'user')}, ${counted(manifest.counts.products, 'product')}`;

/** The name of the chart that names users. If one of them is forgotten, it is drawn again. */
export const NAMES_USERS = 'recommendation-graph';
