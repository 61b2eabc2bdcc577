import { isUtf8 } from 'node:buffer';
import type { BodyContract } from '../contract/api/operation.ts';
import { invalidRequest, ProblemError } from './problem-error.ts';

/** Largest body of a request. The gateway itself takes 10 MB, and Lambda 6 MB. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** @throws {ProblemError} 413. */
export function checkSize(bytes: Buffer): void {
  if (bytes.length > MAX_BODY_BYTES) throw bodyTooLarge(bytes.length);
}

/** @param sizeBytes As far as it is known. */
export const bodyTooLarge = (sizeBytes: number): ProblemError =>
  new ProblemError(
    'body-too-large',
    `The body has ${sizeBytes} bytes, should be at most ${MAX_BODY_BYTES}; send several requests`,
    {
      errors: [
        { in: 'body', field: '', is: `${sizeBytes} bytes`, shouldBe: `at most ${MAX_BODY_BYTES} bytes` },
      ],
    },
  );

const NDJSON_TYPES = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
];

/** @returns Whether the content type says that each line is a document. */
export const isNdjson = (contentType: string | undefined): boolean =>
  NDJSON_TYPES.includes(mediaType(contentType));

const mediaType = (contentType = ''): string => contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';

/**
 * Checks that the content type is one that the operation reads. Without one, the body counts as JSON.
 *
 * @throws {ProblemError} 415.
 */
export function checkContentType(contentType: string | undefined, { form }: BodyContract): void {
  const type = mediaType(contentType);
  const isJson = type === '' || type === 'application/json' || type.endsWith('+json');
  if (isJson || (form === 'ndjson' && isNdjson(type))) return;
  const shouldBe = form === 'ndjson' ? `application/json or ${NDJSON_TYPES[0]}` : 'application/json';
  throw new ProblemError('unsupported-media-type', `The content type is ${type}, should be ${shouldBe}`, {
    errors: [{ in: 'header', field: 'content-type', is: type.slice(0, 100), shouldBe }],
  });
}

/**
 * Checks that the body came as it is: a compressed one would be said not to be JSON.
 *
 * @throws {ProblemError} 415.
 */
export function checkEncoding(encoding = ''): void {
  const is = encoding.trim().toLowerCase();
  if (is === '' || is === 'identity') return;
  const shouldBe = 'left out: the body should not be compressed';
  throw new ProblemError('unsupported-media-type', `The content encoding is ${is}, should be ${shouldBe}`, {
    errors: [{ in: 'header', field: 'content-encoding', is: is.slice(0, 100), shouldBe }],
  });
}

/** Returns the text of UTF-8, without the mark that some programs write before it. */
const decoded = (bytes: Buffer): string => bytes.toString('utf8').replace(/^\ufeff/, '');

/** @throws {ProblemError} 400, if the body is empty, not UTF-8 or not JSON. */
export function parseJsonBody(bytes: Buffer): unknown {
  const wrong = (is: string) => invalidRequest([{ in: 'body', field: '', is, shouldBe: 'JSON in UTF-8' }]);
  if (bytes.length === 0) throw wrong('missing');
  if (!isUtf8(bytes)) throw wrong('not UTF-8');
  try {
    return JSON.parse(decoded(bytes));
  } catch {
    throw wrong(`not JSON: ${JSON.stringify(bytes.toString('utf8', 0, 60))}`);
  }
}

/** One document of a body that may have several. */
export interface BodyElement {
  /** Its value; undefined if it is not JSON. */
  readonly value: unknown;
  /** Its text, as it came or, in an array, written again; empty if it is nested too deeply for that. */
  readonly text: string;
}

/**
 * Splits a body into its documents: the lines of NDJSON, or the elements of an array, or the one document.
 *
 * @param most Largest number of documents.
 * @returns At least one. A line that is not JSON has the value undefined; its neighbours are read.
 * @throws {ProblemError} 400, if the body as a whole cannot be read, or has no document or too many.
 */
export function documentsOf(
  bytes: Buffer,
  { contentType, most }: { readonly contentType: string | undefined; readonly most: number },
): BodyElement[] {
  const elements = isNdjson(contentType) ? linesOf(bytes) : elementsOf(parseJsonBody(bytes), bytes);
  if (elements.length >= 1 && elements.length <= most) return elements;
  throw invalidRequest([
    { in: 'body', field: '', is: `${elements.length} documents`, shouldBe: `1 to ${most} documents` },
  ]);
}

function elementsOf(json: unknown, bytes: Buffer): BodyElement[] {
  if (!Array.isArray(json)) return [{ value: json, text: decoded(bytes) }];
  return json.map((value: unknown) => ({ value, text: textOf(value) }));
}

/** JSON.parse takes any depth, but JSON.stringify ends with a RangeError after some thousand levels. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return '';
    throw error;
  }
}

function linesOf(bytes: Buffer): BodyElement[] {
  if (!isUtf8(bytes))
    throw invalidRequest([
      { in: 'body', field: '', is: 'not UTF-8', shouldBe: 'one JSON document per line' },
    ]);
  return decoded(bytes)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((text) => {
      try {
        return { value: JSON.parse(text) as unknown, text };
      } catch {
        return { value: undefined, text };
      }
    });
}
