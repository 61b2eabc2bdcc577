import type { PersonIds } from '../../lambdas/shared/privacy/person-ids.ts';
import { exportRun } from './export.ts';
import { createReveal, usersInExport } from './reveal.ts';
import { readUserList } from './user-list.ts';

/** The pipeline that a run is exported from. */
export interface Exported {
  readonly endpoint: string;
  readonly bucket: string;
  readonly persons: PersonIds;
}

/**
 * Exports the served run.
 *
 * @param list Path of a list of ids of users that replace their pseudonyms in the export; undefined replaces none.
 * @returns Lines that say what was exported, and under which ids users are in it.
 * @throws {Error} As `exportRun` and `readUserList`.
 */
export async function exportServed(
  { persons, ...source }: Exported,
  directory: string,
  list: string | undefined,
): Promise<string[]> {
  const isKeyed = persons.mode === 'keyed';
  const reveal = isKeyed && list !== undefined ? createReveal(await readUserList(list), persons) : undefined;
  const files = await exportRun(source, directory, reveal);
  return [`exported ${files} files to ${directory}`, ...(isKeyed ? [usersInExport(reveal)] : [])];
}
