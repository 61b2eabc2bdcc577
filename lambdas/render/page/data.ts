import type { Network, UserSummary } from '../../shared/contract/summaries.ts';
import type { Html } from '../../shared/web/html.ts';
import type { RunData } from '../charts/chart.ts';
import type { ChartName } from '../charts/registry.ts';
import type { SpecificationFile } from '../drawing/specification.ts';

/** A chart as the page shows it. */
export interface Picture {
  readonly name: ChartName;
  readonly svg: string;
  readonly caption: string;
  /** The finding and the caption, for those who cannot see the picture. */
  readonly alternative: string;
  readonly specification: SpecificationFile;
}

/** Everything that the page of a run tells: what its pictures are drawn from, and more. */
export interface PageData extends RunData {
  readonly users: UserSummary['users'];
  readonly network: Network;
  readonly pictures: readonly Picture[];
}

/** One part of the page, with the heading and the anchor that the list of contents leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}
