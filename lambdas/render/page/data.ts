import type { Network, UserSummary } from '../../shared/contract/summaries.ts';
import type { Html } from '../../shared/web/html.ts';
import type { RunData } from '../charts/chart.ts';
import type { ChartName } from '../charts/registry.ts';
import type { SpecificationFile } from '../drawing/specification.ts';

/** A drawn chart, ready for the page. */
export interface Picture {
  readonly name: ChartName;
  readonly svg: string;
  readonly caption: string;
  /** The finding and the caption, read out by screen readers. */
  readonly alternative: string;
  readonly specification: SpecificationFile;
}

/** The data of a run's page: the data of its charts, and what only the page shows. */
export interface PageData extends RunData {
  readonly users: UserSummary['users'];
  readonly network: Network;
  readonly pictures: readonly Picture[];
}

/** One part of the page; `id` is the anchor that the table of contents links to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}
