import type { Chunks } from './bytes.ts';
import { InputError } from './options.ts';

/** The text of one JSON value. It holds a byte of the file in each character. */
export interface JsonText {
  readonly text: string;
  /** The line on which it begins, from 1. */
  readonly line: number;
}

/** Divides NDJSON into its lines; those without text are left out. Every byte is kept. */
export async function* jsonLines(chunks: Chunks): AsyncGenerator<JsonText> {
  let rest = '';
  let line = 1;
  for await (const chunk of chunks) {
    // A \r at the end may be the first half of a line end.
    const text = rest + chunk.toString('latin1');
    const lines = (text.endsWith('\r') ? text.slice(0, -1) : text).split(LINE_END);
    rest = `${lines.pop() ?? ''}${text.endsWith('\r') ? '\r' : ''}`;
    for (const each of lines) {
      if (each !== '') yield { text: each, line };
      line += 1;
    }
  }
  for (const each of rest.split(LINE_END)) {
    if (each !== '') yield { text: each, line };
    line += 1;
  }
}

const LINE_END = /\r\n|\n|\r/;

/**
 * Divides a JSON array into its elements, each as it is written. An element need not be valid.
 *
 * @throws {InputError} If the array does not end, or something follows it.
 */
export async function* jsonElements(chunks: Chunks): AsyncGenerator<JsonText> {
  const scanner = new ArrayScanner();
  for await (const chunk of chunks) yield* scanner.scan(chunk.toString('latin1'));
  if (scanner.depth !== 0)
    throw new InputError(`the array does not end: it lacks a bracket at line ${scanner.line}`);
}

class ArrayScanner {
  /** Number of open brackets. */
  depth = 0;
  line = 1;
  private isInString = false;
  private isEscaped = false;
  private isOver = false;
  private element = '';
  private elementLine = 1;

  scan(text: string): JsonText[] {
    const found: JsonText[] = [];
    let from = 0;
    const take = (to: number): void => {
      this.element += text.slice(from, to);
      const trimmed = this.element.trim();
      if (trimmed !== '') found.push({ text: trimmed, line: this.elementLine });
      this.element = '';
      from = to + 1;
    };
    for (let at = 0; at < text.length; at++) {
      const letter = text[at];
      if (letter === '\n') this.line += 1;
      if (this.isInString) {
        if (this.isEscaped) this.isEscaped = false;
        else if (letter === '\\') this.isEscaped = true;
        else if (letter === '"') this.isInString = false;
        continue;
      }
      if (letter === ' ' || letter === '\n' || letter === '\r' || letter === '\t') continue;
      if (this.isOver) throw new InputError(`after the end of the array, line ${this.line} has more text`);
      if (this.depth === 1 && (letter === ',' || letter === ']')) take(at);
      else if (this.depth === 1 && (this.element + text.slice(from, at)).trim() === '')
        this.elementLine = this.line;
      if (letter === '"') this.isInString = true;
      else if (letter === '[' || letter === '{') {
        this.depth += 1;
        if (this.depth === 1) from = at + 1;
      } else if (letter === ']' || letter === '}') {
        this.depth -= 1;
        this.isOver = this.depth === 0;
      }
    }
    if (!this.isOver) this.element += text.slice(from);
    return found;
  }
}
