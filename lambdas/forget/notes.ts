import { ErasedObject, NOTES_PREFIX, noteKey } from '../shared/contract/erasure.ts';
import { type Lake, parseJson } from '../shared/platform/lake.ts';

const NDJSON_TYPE = 'application/x-ndjson';
const NOTE_KEY = /^\d{8,}\.ndjson$/;

/**
 * The work done so far, in separate objects: a line is noted before the old versions are deleted, so that their hashes are in the
 * receipt whenever the worker is interrupted. After an interruption lines may be noted twice.
 */
export interface Notes {
  /** Stores lines; does nothing without any. */
  add(lines: readonly ErasedObject[]): Promise<void>;
}

/** Continues the notes of an interrupted worker. */
export async function openNotes(lake: Lake): Promise<Notes> {
  let next = 1;
  for (const key of await noteKeys(lake)) next = Number.parseInt(key.slice(NOTES_PREFIX.length), 10) + 1;
  return {
    async add(lines) {
      if (lines.length === 0) return;
      const text = toNdjson(lines);
      // Another worker may add notes at the same time, so each takes a different number.
      while (!(await lake.create(noteKey(next), text, NDJSON_TYPE))) next++;
      next++;
    },
  };
}

/** Returns the keys of all notes, in order. */
export async function noteKeys(lake: Lake): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of lake.list(NOTES_PREFIX))
    if (NOTE_KEY.test(key.slice(NOTES_PREFIX.length))) keys.push(key);
  return keys;
}

/**
 * Reads all notes.
 *
 * @returns Each line once, by key; lines of one key by the hash before. Of a line that says "kept" beside one that says "changed" of the
 *   same key, only the latter: a later pass has seen what an earlier one had changed.
 */
export async function readNotes(lake: Lake): Promise<ErasedObject[]> {
  const lines = new Map<string, ErasedObject>();
  const touched = new Set<string>();
  for (const key of await noteKeys(lake)) {
    const object = await lake.read(key);
    for (const text of object?.text.split('\n') ?? []) {
      if (text === '') continue;
      const line = parseJson(text, key, ErasedObject);
      lines.set(`${line.key}\n${line.action}\n${line.before.sha256}`, line);
      if (line.action === 'changed' || line.action === 'deleted') touched.add(line.key);
    }
  }
  return [...lines.values()]
    .filter(({ key, action }) => action !== 'kept' || !touched.has(key))
    .sort(
      (a, b) =>
        byText(a.key, b.key) || byText(a.action, b.action) || byText(a.before.sha256, b.before.sha256),
    );
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Formats lines of NDJSON; each ends with a line feed. */
export const toNdjson = (lines: readonly ErasedObject[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');
