import { relative } from 'node:path';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';
import { ROOT } from '../../local/process/paths.ts';

/**
 * The files that take longest, slowest first, so that no worker is left with one of them at the end. Vitest would know them
 * from the run before, which a new clone does not have.
 */
export const SLOWEST: readonly string[] = [
  'test/end-to-end/pipeline.test.ts',
  'test/spark/job.test.ts',
  'test/end-to-end/firewall.test.ts',
  'test/browser/pages.test.ts',
  'test/cloud/synth.test.ts',
  'test/local/pipeline/poller.test.ts',
  'test/spark/retail.test.ts',
  'test/end-to-end/forget.test.ts',
  'test/browser/explorer-faults.test.ts',
  'test/browser/shop.test.ts',
  'test/browser/shop-api.test.ts',
];

/** The position of a file among the slowest; after them if it is not one of them. */
export function placeOf(path: string): number {
  const place = SLOWEST.indexOf(path);
  return place >= 0 ? place : SLOWEST.length;
}

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => placeOf(relative(ROOT, moduleId));
    return sorted.sort((a, b) => place(a) - place(b));
  }
}
