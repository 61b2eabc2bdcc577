/**
 * Edits JSON as text, so that everything that is not changed keeps its bytes: order of the fields, digits of numbers, spaces. The job
 * writes numbers otherwise than JavaScript does.
 */

interface Place {
  /** Position of the first character in the text. */
  readonly start: number;
  /** Position after the last one. */
  readonly end: number;
}

export interface JsonArray extends Place {
  readonly kind: 'array';
  readonly items: readonly JsonNode[];
}

export interface JsonObject extends Place {
  readonly kind: 'object';
  /** By name; of fields with the same name, the last. */
  readonly fields: ReadonlyMap<string, JsonNode>;
}

/** Text, a number, true, false or null. */
export interface JsonScalar extends Place {
  readonly kind: 'scalar';
}

export type JsonNode = JsonArray | JsonObject | JsonScalar;

/** Some text in place of a part of the document. */
export interface Edit extends Place {
  readonly text: string;
}

/**
 * Finds the places of all values in a document. Nested values are read by recursion: only for documents whose schema limits their
 * depth.
 *
 * @throws {RangeError} If the text is not JSON.
 */
export function parseJsonText(text: string): JsonNode {
  const parser = new Parser(text);
  const node = parser.value();
  parser.space();
  if (parser.at !== text.length) throw parser.damage();
  return node;
}

class Parser {
  at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  value(): JsonNode {
    this.space();
    const start = this.at;
    switch (this.text[start]) {
      case '{':
        return this.object(start);
      case '[':
        return this.array(start);
      case '"':
        this.string();
        return { kind: 'scalar', start, end: this.at };
      default:
        this.match(LITERAL);
        return { kind: 'scalar', start, end: this.at };
    }
  }

  space(): void {
    while (SPACES.has(this.text.charCodeAt(this.at))) this.at += 1;
  }

  damage(): RangeError {
    return new RangeError(`Cannot read a document: it is not JSON at character ${this.at}`);
  }

  private object(start: number): JsonObject {
    const fields = new Map<string, JsonNode>();
    this.elements('}', () => {
      this.space();
      const name = this.at;
      this.string();
      const field: string = JSON.parse(this.text.slice(name, this.at));
      this.space();
      this.take(':');
      fields.set(field, this.value());
    });
    return { kind: 'object', start, end: this.at, fields };
  }

  private array(start: number): JsonArray {
    const items: JsonNode[] = [];
    this.elements(']', () => items.push(this.value()));
    return { kind: 'array', start, end: this.at, items };
  }

  /** Reads elements up to the closing bracket, and the bracket. */
  private elements(close: string, element: () => void): void {
    this.at += 1;
    this.space();
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      element();
      this.space();
      if (this.text[this.at] === close) break;
      this.take(',');
    }
    this.at += 1;
  }

  private string(): void {
    if (this.text[this.at] !== '"') throw this.damage();
    for (let at = this.at + 1; at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) {
        this.at = at + 1;
        return;
      }
    }
    throw this.damage();
  }

  private match(pattern: RegExp): void {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw this.damage();
    this.at += found.length;
  }

  private take(character: string): void {
    if (this.text[this.at] !== character) throw this.damage();
    this.at += 1;
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const SPACES: ReadonlySet<number> = new Set([0x20, 0x0a, 0x0d, 0x09]);
const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Returns the value at a path.
 *
 * @param path Names of fields, outermost first.
 * @returns undefined if there is none.
 */
export function nodeAt(root: JsonNode, ...path: readonly string[]): JsonNode | undefined {
  let node: JsonNode | undefined = root;
  for (const name of path) node = node?.kind === 'object' ? node.fields.get(name) : undefined;
  return node;
}

/** @throws {RangeError} If there is no array at the path. */
export function arrayAt(root: JsonNode, ...path: readonly string[]): JsonArray {
  const node = nodeAt(root, ...path);
  if (node?.kind !== 'array')
    throw new RangeError(`Cannot read a document: it has no list ${path.join('.')}`);
  return node;
}

/** @returns The value of a text; undefined if the node is no text. */
export function textOf(document: string, node: JsonNode | undefined): string | undefined {
  if (node?.kind !== 'scalar' || document[node.start] !== '"') return undefined;
  return JSON.parse(document.slice(node.start, node.end));
}

/** Returns the items of an array as they are written. */
export const itemTexts = (document: string, { items }: JsonArray): string[] =>
  items.map(({ start, end }) => document.slice(start, end));

/** Replaces the items of an array, with the spaces between them as they were. An array without items stays empty. */
export function replaceItems(document: string, array: JsonArray, texts: readonly string[]): Edit {
  const { start, end, items } = array;
  const [first, second, last] = [items[0], items[1], items.at(-1)];
  if (!first || !last) return { start, end, text: document.slice(start, end) };
  const lead = document.slice(start + 1, first.start);
  const between = second ? document.slice(first.end, second.start) : `,${lead}`;
  const inner =
    texts.length === 0
      ? // The job writes an empty list in an indented document so.
        lead === ' '
        ? ' '
        : ''
      : `${lead}${texts.join(between)}${document.slice(last.end, end - 1)}`;
  return { start, end, text: `[${inner}]` };
}

/** Leaves out items of an array. */
export const keepItems = (document: string, array: JsonArray, isKept: (index: number) => boolean): Edit =>
  replaceItems(
    document,
    array,
    itemTexts(document, array).filter((_, index) => isKept(index)),
  );

/** Makes changes that do not overlap. */
export function applyEdits(document: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(document.slice(at, start), text);
    at = end;
  }
  return `${parts.join('')}${document.slice(at)}`;
}
