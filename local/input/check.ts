import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import type { Privacy } from '../../lambdas/shared/privacy/settings.ts';
import { TIMESTAMP } from '../../lambdas/shared/sales/fields.ts';
import { reasonKind } from '../../lambdas/shared/sales/reason.ts';
import { createSaleParser, type Sale } from '../../lambdas/shared/sales/sale.ts';
import { nearest } from '../terminal/nearest.ts';
import { printable } from '../terminal/printable.ts';
import { neededNames, requiredNames } from './columns.ts';
import { NOT_UTF8 } from './csv.ts';
import { InputError, type InputOptions } from './options.ts';
import { INTEGER, type InputFacts, type InputRecord } from './records.ts';
import { replay } from './replay.ts';
import { timeFormatHint } from './time-format.ts';
import { wrongEncoding } from './wrong-encoding.ts';

/** Records of one kind, with an example. */
export interface Found {
  /** A field, or a kind of damage. */
  readonly kind: string;
  count: number;
  /** The first one: its line, or in Parquet its row, and the reason. */
  readonly line: number;
  readonly reason: string;
}

/** What accumulate will make of a file, as far as the records alone decide it. */
export interface InputSummary extends Readonly<InputFacts> {
  readonly path: string;
  readonly records: number;
  /** By kind, most frequent first. */
  readonly rejected: readonly Found[];
  /** How the first timestamp that cannot be read could be; undefined if all can, or if `--time-format` was given. */
  readonly timeHint?: { readonly line: number; readonly text: string; readonly hint: string } | undefined;
  /** Optional fields that sales are stored without, most frequent first. */
  readonly leftOut: readonly Found[];
  /** Fields of the map that none of the first JSON objects has. Sales do not need them. */
  readonly absent: readonly string[];
  /** Ids that end in `.0`, by field. */
  readonly fractions: readonly Found[];
}

/** So many records at the beginning show whether a file is read in the right way. */
export const FIRST_RECORDS = 1_000;

export interface CheckOptions extends InputOptions {
  /** The timestamp that the records will have, epoch ms. */
  readonly nowMs: number;
  /** False if the records' topic may have names of its own for the fields: JSON without a map is then only read. */
  readonly hasDefaultFields: boolean;
  /** The pipeline's settings for ids and for rejecting sales, if they are known. */
  readonly privacy?: Privacy | undefined;
}

/**
 * Reads a file to its end before anything of it is sent: a file that is cut off, or is read in a wrong way, must not leave a
 * part of its sales on the topic.
 *
 * @throws {Error} If the file cannot be read to its end, has no field of a needed name, is not in its encoding, or none of its
 *   first timestamps can be read. The message says how it could be read.
 */
export async function checkInput(path: string, options: CheckOptions): Promise<InputSummary> {
  const facts: InputFacts = { form: '', encoding: '' };
  const absent = await checkFields(path, options);
  const parseSale = createSaleParser({}, options.privacy);
  const counts = new Counts();
  for await (const record of replay(path, options, facts)) {
    if (record.problem === NOT_UTF8 && options.encoding === undefined)
      throw new InputError(`Cannot replay ${path}: ${wrongEncoding(record)}`);
    const isKnown = options.hasDefaultFields || options.map !== undefined || facts.form.startsWith('CSV');
    if (isKnown) counts.add(record, parseSale(record.value ?? undefined, options.nowMs));
    else counts.records += 1;
    if (counts.records === FIRST_RECORDS) refuseUnreadTimes(path, counts);
  }
  if (counts.records < FIRST_RECORDS) refuseUnreadTimes(path, counts);
  const sorted = (found: ReadonlyMap<string, Found>): Found[] =>
    [...found.values()].sort((a, b) => b.count - a.count);
  return {
    path,
    ...facts,
    records: counts.records,
    rejected: sorted(counts.rejected),
    timeHint:
      options.timeFormat === undefined && counts.unreadTime
        ? { ...counts.unreadTime, hint: timeFormatHint(counts.unreadTime.text) }
        : undefined,
    leftOut: sorted(counts.leftOut),
    absent,
    fractions: facts.form.startsWith('CSV') ? sorted(counts.fractions) : [],
  };
}

/**
 * Checks that the first JSON objects have the fields that are read. CSV and Parquet name their columns.
 *
 * @returns The names of the map that are in none of them, and that a sale does not need.
 * @throws {InputError} If a field that a sale needs is in none of them.
 */
async function checkFields(
  path: string,
  { map, encoding, hasDefaultFields }: CheckOptions,
): Promise<string[]> {
  if (map === undefined && !hasDefaultFields) return [];
  const facts: InputFacts = { form: '', encoding: '' };
  const names = new Set<string>();
  let read = 0;
  for await (const { value } of replay(path, { map, encoding, keepsFields: true }, facts)) {
    if (facts.form !== 'NDJSON' && facts.form !== 'a JSON array') return [];
    for (const name of namesOf(value)) names.add(name);
    read += 1;
    if (read === FIRST_RECORDS) break;
  }
  const absent = names.size === 0 ? [] : neededNames(map ?? {}).filter((name) => !names.has(name));
  const required = requiredNames(map ?? {});
  const missing = absent.find((name) => required.includes(name));
  if (missing === undefined) return absent;
  const fields = [...names].map((name) => printable(name)).join(', ');
  throw new InputError(
    `Cannot replay ${path}: none of its first ${grouped(read)} records has a field ${printable(missing)}; did you mean ${printable(nearest(missing, [...names]))}? Name it with --map. Fields: ${printable(fields, 300)}`,
  );
}

function namesOf(value: Buffer | null): string[] {
  try {
    const json: unknown = JSON.parse(String(value));
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? Object.keys(json) : [];
  } catch {
    return [];
  }
}

class Counts {
  records = 0;
  accepted = 0;
  readonly rejected = new Map<string, Found>();
  readonly leftOut = new Map<string, Found>();
  readonly fractions = new Map<string, Found>();
  /** Sales that are rejected for a moment that can be read, such as 1985. */
  otherTimes = 0;
  /** The first timestamp that cannot be read, or that is in seconds. */
  unreadTime: { readonly line: number; readonly text: string } | undefined;

  add({ line, value, problem }: InputRecord, verdict: Sale | { readonly rejected: string }): void {
    this.records += 1;
    if ('rejected' in verdict) {
      const reason = problem ?? verdict.rejected;
      tally(this.rejected, { kind: kindOf(problem) ?? reasonKind(reason), line, reason });
      if (problem === undefined && reason.startsWith('timestamp: '))
        this.addTime(line, timestampOf(value), reason);
      return;
    }
    this.accepted += 1;
    for (const { field, reason } of verdict.leftOut ?? []) tally(this.leftOut, { kind: field, line, reason });
    const ids = { userId: verdict.user, productId: verdict.product, orderId: verdict.orderId };
    for (const [field, id] of Object.entries(ids))
      if (id?.endsWith('0') && INTEGER.test(id)) tally(this.fractions, { kind: field, line, reason: id });
  }

  private addTime(line: number, text: string, reason: string): void {
    if (reason.endsWith(NOT_READ) || SECONDS.test(text)) this.unreadTime ??= { line, text };
    else this.otherTimes += 1;
  }
}

/** The end of the reason for a timestamp of another form. */
const NOT_READ = `should be ${TIMESTAMP}`;
/** Epoch seconds of 1973 to 2286. As epoch milliseconds they are in 1970. */
const SECONDS = /^\d{9,10}$/;

const kindOf = (problem: string | undefined): string | undefined =>
  problem === undefined ? undefined : problem === NOT_UTF8 ? 'not UTF-8' : 'not a row';

function tally(found: Map<string, Found>, first: Omit<Found, 'count'>): void {
  const same = found.get(first.kind);
  if (same) same.count += 1;
  else found.set(first.kind, { ...first, count: 1 });
}

function timestampOf(value: Buffer | null): string {
  const { timestamp } = JSON.parse(String(value)) as { readonly timestamp?: unknown };
  return String(timestamp);
}

/** @throws {InputError} If no record is a sale, no timestamp can be read, and at least one record has one. */
function refuseUnreadTimes(path: string, { accepted, otherTimes, unreadTime }: Counts): void {
  if (accepted > 0 || otherTimes > 0 || unreadTime === undefined) return;
  const { line, text } = unreadTime;
  throw new InputError(
    `Cannot replay ${path}: no timestamp can be read, such as ${printable(JSON.stringify(text))} in line ${grouped(line)}, should be ISO 8601 or epoch milliseconds; ${timeFormatHint(text)}`,
  );
}
