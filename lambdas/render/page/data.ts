import type { Html } from '../../shared/html.ts';
import type { Metrics } from '../../shared/quality.ts';
import type { Manifest } from '../../shared/schemas.ts';
import type {
  DegreeSummary,
  Diff,
  GraphFacts,
  GraphSummary,
  Network,
  ProductSummary,
  SalesSummary,
  UserSummary,
} from '../../shared/summaries.ts';
import type { RunOutcome } from '../decisions.ts';

/** A chart as the page shows it. */
export interface Picture {
  readonly name: string;
  readonly svg: string;
  readonly caption: string;
}

/** Everything that the page of a run tells. What runs of earlier versions did not write is undefined. */
export interface PageData {
  readonly manifest: Manifest;
  readonly metrics: Metrics;
  readonly users: UserSummary['users'];
  readonly graph: GraphSummary;
  readonly degrees: DegreeSummary;
  readonly products: ProductSummary;
  readonly facts: GraphFacts | undefined;
  readonly diff: Diff | undefined;
  readonly sales: SalesSummary | undefined;
  readonly network: Network | undefined;
  /** Oldest first; the run itself is the last. */
  readonly runs: readonly RunOutcome[];
  readonly pictures: readonly Picture[];
}

/** One part of the page, with the heading and the anchor that the list of contents leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}
