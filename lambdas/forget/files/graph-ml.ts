import { type Forgotten, type Rewritten, UNCHANGED } from './kind.ts';

/**
 * Leaves users and their edges out of `graph/graph.graphml`. All other bytes stay.
 *
 * The job writes one element after another, and a `<` only where markup begins. A label may have line breaks, so elements are found
 * by their tags.
 */
export function rewriteGraphMl(bytes: Uint8Array, forgotten: Forgotten): Rewritten {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const attributes = new Set(
    [...forgotten.users]
      .filter((user) => forgotten.isForgotten(user))
      .map((user) => attributeOf(`u:${user}`)),
  );
  const kept: Buffer[] = [];
  let [keptFrom, removedRows] = [0, 0];
  for (const { start, end, ends } of elementsOf(buffer)) {
    if (!ends.some((id) => attributes.has(id))) continue;
    kept.push(buffer.subarray(keptFrom, start));
    keptFrom = end;
    removedRows += 1;
  }
  if (removedRows === 0) return UNCHANGED;
  kept.push(buffer.subarray(keptFrom));
  return { changed: true, bytes: Buffer.concat(kept), removedRows };
}

/** Counts the nodes and edges. */
export function graphMlRows(bytes: Uint8Array): number {
  let rows = 0;
  for (const _ of elementsOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) rows += 1;
  return rows;
}

interface Element {
  readonly start: number;
  /** After the line feed that ends it. */
  readonly end: number;
  /** The id of a node, or the ids at both ends of an edge, as they are written. */
  readonly ends: readonly string[];
}

/** The beginnings and the end of the elements that are rows. */
const TAGS = [
  { open: '<node id="', close: '</node>\n' },
  { open: '<edge source="', close: '</edge>\n' },
] as const;
const TARGET = ' target="';

function* elementsOf(buffer: Buffer): Generator<Element> {
  let at = 0;
  // All nodes come before all edges.
  for (const { open, close } of TAGS)
    for (;;) {
      const start = buffer.indexOf(open, at, 'latin1');
      if (start === -1) break;
      const closing = buffer.indexOf(close, start, 'latin1');
      if (closing === -1) throw new RangeError(`Cannot read GraphML: an element ${open} does not end`);
      at = closing + close.length;
      yield { start, end: at, ends: endsOf(buffer, start + open.length) };
    }
}

/** @param from Where the first attribute's value begins. */
function endsOf(buffer: Buffer, from: number): string[] {
  const until = buffer.indexOf(0x22, from);
  const first = buffer.toString('utf8', from, until);
  const target = until + 1 + TARGET.length;
  if (buffer.toString('latin1', until + 1, target) !== TARGET) return [first];
  return [first, buffer.toString('utf8', target, buffer.indexOf(0x22, target))];
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\t': '&#9;',
  '\n': '&#10;',
};

/**
 * Writes an id as the job writes it between quotes: `GraphMl.attribute` in the Spark job.
 *
 * @example attributeOf('u:a<b') // 'u:a&lt;b'
 */
export function attributeOf(id: string): string {
  let text = '';
  for (const character of id) {
    const point = character.codePointAt(0) ?? 0;
    text += ESCAPES[character] ?? (isXml(point) ? character : `\ufffd${point.toString(16).padStart(4, '0')}`);
  }
  return text;
}

/** Returns true for a Char of https://www.w3.org/TR/xml/#charsets. */
const isXml = (point: number): boolean =>
  (point >= 0x20 && point <= 0xd7ff) || (point >= 0xe000 && point <= 0xfffd) || point >= 0x10000;
