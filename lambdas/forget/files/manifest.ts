import { createHash } from 'node:crypto';
import { Manifest, type RunFile } from '../../shared/contract/schemas.ts';
import {
  applyEdits,
  arrayAt,
  type Edit,
  itemTexts,
  type JsonNode,
  nodeAt,
  parseJsonText,
  replaceItems,
} from './json-text.ts';
import type { FileKind } from './kind.ts';

/** Size, number of rows and hash of a file. */
export type FileFacts = Pick<RunFile, 'sizeBytes' | 'rows' | 'sha256'>;

/** The change of a file of a run by an erasure. */
export interface FileChange {
  /** As in the manifest. */
  readonly name: string;
  /** Null if the file was deleted. */
  readonly after: FileFacts | null;
}

/** Describes a file as the manifest does. */
export const factsOf = (kind: FileKind, bytes: Uint8Array): FileFacts => ({
  sizeBytes: bytes.length,
  rows: kind.rows(bytes),
  sha256: sha256Of(bytes),
});

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Orders the files of a run for an erasure: tables that are read block by block come before the documents that say where the blocks
 * are. The manifest is written after all of them.
 */
export const inOrder = <File extends { readonly name: string }>(files: readonly File[]): File[] =>
  files.toSorted((a, b) => Number(INDICES.has(a.name)) - Number(INDICES.has(b.name)));

const INDICES: ReadonlySet<string> = new Set(['explorer/index.json', 'model/answer.json']);

/**
 * Writes what an erasure changed into the manifest of a run: `files` describes the files as they are now, and `erased` has what they
 * were. Everything else keeps its text. A change that the manifest has already is left out, so that an erasure may be continued.
 *
 * @param text The manifest as it is stored.
 * @returns The new text; the same one if nothing changed.
 * @throws {RangeError} If the manifest has no file of a name.
 */
export function updateManifest(text: string, erasure: number, changes: readonly FileChange[]): string {
  const manifest = Manifest.parse(JSON.parse(text));
  const root = parseJsonText(text);
  const list = arrayAt(root, 'files');
  const positions = new Map(manifest.files.map(({ name }, index) => [name, index]));
  const texts: (string | null)[] = itemTexts(text, list);
  const entries: ErasedEntry[] = [];
  for (const { name, after } of changes) {
    const position = positions.get(name);
    const before = manifest.files[position ?? -1];
    const node = list.items[position ?? -1];
    if (position === undefined || !before || !node) {
      if (after === null && isDone(manifest, erasure, name)) continue;
      throw new RangeError(`Cannot update the manifest: it has no file ${name}`);
    }
    if (after?.sha256 === before.sha256) continue;
    texts[position] = after && entryText(text, node, after);
    const { sizeBytes, rows, sha256 } = before;
    entries.push({ erasure, name, before: { sizeBytes, rows, sha256 }, after });
  }
  if (entries.length === 0) return text;
  const kept = texts.filter((entry) => entry !== null);
  return applyEdits(text, [replaceItems(text, list, kept), appendEdit(text, root, entries)]);
}

type ErasedEntry = Manifest['erased'][number];

const isDone = ({ erased }: Manifest, erasure: number, name: string): boolean =>
  erased.some((entry) => entry.erasure === erasure && entry.name === name);

/** Returns the entry of a file with other facts. */
function entryText(text: string, node: JsonNode, { sizeBytes, rows, sha256 }: FileFacts): string {
  const edits = Object.entries({ sizeBytes, rows, sha256 }).flatMap(([field, value]): Edit[] => {
    const place = nodeAt(node, field);
    return place
      ? [{ start: place.start - node.start, end: place.end - node.start, text: JSON.stringify(value) }]
      : [];
  });
  return applyEdits(text.slice(node.start, node.end), edits);
}

/** Adds entries to `erased`, which older manifests do not have. */
function appendEdit(text: string, root: JsonNode, entries: readonly ErasedEntry[]): Edit {
  const added = entries.map((entry) => indented(entry, 1));
  const erased = nodeAt(root, 'erased');
  if (erased?.kind === 'array') {
    const { start, end } = erased;
    return { start, end, text: `[ ${[...itemTexts(text, erased), ...added].join(', ')} ]` };
  }
  const last = root.kind === 'object' ? [...root.fields.values()].at(-1) : undefined;
  if (!last) throw new RangeError('Cannot update the manifest: it has no fields');
  return { start: last.end, end: last.end, text: `,\n  "erased" : [ ${added.join(', ')} ]` };
}

/**
 * Formats a value as the job does: one field on each line, with spaces around the colon.
 *
 * @param depth Number of objects around the value.
 */
function indented(value: unknown, depth: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const space = '  '.repeat(depth);
  const fields = Object.entries(value).map(
    ([name, field]) => `${space}  ${JSON.stringify(name)} : ${indented(field, depth + 1)}`,
  );
  return `{\n${fields.join(',\n')}\n${space}}`;
}

/** A file that differs from its manifest. */
export interface Mismatch {
  readonly name: string;
  readonly expected: Pick<RunFile, 'sizeBytes' | 'sha256'>;
  /** Null if there is no such file. */
  readonly found: Pick<RunFile, 'sizeBytes' | 'sha256'> | null;
}

/**
 * Compares the files of a run with its manifest.
 *
 * @param read Reads an object; undefined if there is none.
 * @returns The files that differ, in the order of the manifest; empty if the run is whole.
 */
export async function verifyRun(
  { files }: Pick<Manifest, 'files'>,
  read: (key: string) => Promise<Uint8Array | undefined>,
): Promise<Mismatch[]> {
  const mismatches: Mismatch[] = [];
  for (const { name, key, sizeBytes, sha256 } of files) {
    const bytes = await read(key);
    const found = bytes ? { sizeBytes: bytes.length, sha256: sha256Of(bytes) } : null;
    if (found?.sizeBytes !== sizeBytes || found.sha256 !== sha256)
      mismatches.push({ name, expected: { sizeBytes, sha256 }, found });
  }
  return mismatches;
}
