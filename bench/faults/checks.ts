import { currentAfter } from '../../lambdas/publish/decide.ts';
import { CHART_NAMES } from '../../lambdas/render/charts/registry.ts';
import {
  CURRENT_KEY,
  chartsFailedKey,
  chartsOf,
  failedKey,
  INDEX_KEY,
  manifestKey,
  PREFIX,
  parseBatchKey,
  parseNumberedKey,
  publicationKey,
} from '../../lambdas/shared/contract/keys.ts';
import { Current, Manifest, Publication, Window } from '../../lambdas/shared/contract/schemas.ts';
import { COMPACTED, parseBatch, sha256 } from './stand-in.ts';

/** The objects of a bucket, in memory. */
export interface Objects {
  readonly objects: ReadonlyMap<string, { readonly bytes: Buffer }>;
  /** Returns the keys that begin with `prefix`, in order; all of them without a prefix. */
  keys(prefix?: string): string[];
  /** @throws {Error} If there is no such object. */
  bytes(key: string): Buffer;
}

/** Returns the addresses of the sales that are new in a run. */
export type NewSales = (manifest: Manifest) => readonly string[];

/** Counts at the end of a schedule. */
export interface Outcome {
  readonly windows: number;
  readonly runs: number;
  /** Windows whose attempts were used up; a later run trained on their sales. */
  readonly failedWindows: number;
  readonly attempts: number;
  /** Runs whose pages were given up, with an alarm. */
  readonly pagesGivenUp: number;
}

/** The addresses that the topic holds. */
export interface Expected {
  readonly accepted: ReadonlySet<string>;
  readonly rejected: ReadonlySet<string>;
}

type Schema<Value> = { readonly parse: (value: unknown) => Value };

const read = <Value>(store: Objects, key: string, schema: Schema<Value>): Value =>
  schema.parse(JSON.parse(store.bytes(key).toString()));

const numbersOf = (store: Objects, prefix: string): number[] =>
  store.keys(prefix).flatMap((key) => parseNumberedKey(prefix, key) ?? []);

/**
 * Checks what must hold at the moment of a write.
 *
 * @param before The object that the write replaced.
 * @returns Sentences about what does not hold; may be empty.
 */
export function problemsOfWrite(
  store: Objects,
  key: string,
  before: { readonly bytes: Buffer } | undefined,
): string[] {
  if (before && key !== CURRENT_KEY && key !== INDEX_KEY && !before.bytes.equals(store.bytes(key)))
    return [`${key} was written again with another content`];
  const page = /^(charts\/\d+\/)index\.html$/.exec(key)?.[1];
  if (page !== undefined)
    return CHART_NAMES.filter((name) => !store.objects.has(`${page}${name}.png`)).map(
      (name) => `${key} was written before the picture ${name}`,
    );
  const window = parseNumberedKey(PREFIX.windows, key);
  if (window !== undefined && window > 1 && !isSettled(store, window - 1))
    return [`window ${window} was cut while run ${window - 1} was in flight`];
  const run = parseNumberedKey(PREFIX.manifests, key);
  if (run !== undefined) return problemsOfRun(store, run);
  return key === CURRENT_KEY ? problemsOfPointer(store) : [];
}

const isSettled = (store: Objects, window: number): boolean =>
  store.objects.has(manifestKey(window)) || store.objects.has(failedKey(window));

/** A run is whole if every file that its manifest names is there as it was written. */
function problemsOfRun(store: Objects, run: number): string[] {
  const { files, attempt } = read(store, manifestKey(run), Manifest);
  return files.flatMap(({ key, sizeBytes, sha256: hash }) => {
    const stored = store.objects.get(key);
    if (!stored) return [`run ${run} lacks ${key}`];
    if (stored.bytes.length !== sizeBytes || sha256(stored.bytes) !== hash) return [`${key} is not whole`];
    return key.split('/')[2] === String(attempt).padStart(8, '0') ? [] : [`${key} is of another attempt`];
  });
}

/** What readers find from the pointer on is there and whole. */
export function problemsOfPointer(store: Objects): string[] {
  if (!store.objects.has(CURRENT_KEY)) return [];
  const { run, publication, decidedThrough } = read(store, CURRENT_KEY, Current);
  if (!store.objects.has(publicationKey(publication))) return [`publication ${publication} is missing`];
  if (run === null) return [];
  if (run > decidedThrough) return [`run ${run} is served and was not decided`];
  return store.objects.has(manifestKey(run))
    ? problemsOfRun(store, run)
    : [`run ${run} is served and missing`];
}

/**
 * Checks what must hold when everything is processed, apart from the contents of batches.
 *
 * @param newSales How to read which sales are new in a run; by default, from the file of the stand-in for the job.
 * @returns Sentences about what does not hold; may be empty.
 */
export function problemsLeft(
  store: Objects,
  expected: Expected,
  newSales: NewSales = newByStandIn(store),
): string[] {
  const windows = numbersOf(store, PREFIX.windows);
  const runs = numbersOf(store, PREFIX.manifests);
  return [
    ...problemsOfWindows(store, windows),
    ...problemsOfTraining({ store, runs, expected, newSales }),
    ...problemsOfDecisions(store, runs),
    ...runs.flatMap((run) => problemsOfRun(store, run)),
    ...problemsOfPointer(store),
    ...withoutPage(store, runs)
      .filter((run) => !isGivenUp(store, run))
      .map((run) => `run ${run} has no page`),
  ];
}

const withoutPage = (store: Objects, runs: readonly number[]): number[] =>
  runs.filter((run) => !store.objects.has(`${chartsOf(run)}index.html`));
const isGivenUp = (store: Objects, run: number): boolean => store.objects.has(chartsFailedKey(run));

/** Counts what there is. */
export function outcomeOf(store: Objects): Outcome {
  const [windows, runs] = [numbersOf(store, PREFIX.windows), numbersOf(store, PREFIX.manifests)];
  return {
    windows: windows.length,
    runs: runs.length,
    failedWindows: windows.length - runs.length,
    attempts: store.keys(PREFIX.attempts).filter((key) => key.endsWith('.started.json')).length,
    pagesGivenUp: withoutPage(store, runs).filter((run) => isGivenUp(store, run)).length,
  };
}

/** Every record is stored or rejected, in the batches that their keys describe. */
export async function problemsOfStorage(store: Objects, { accepted, rejected }: Expected): Promise<string[]> {
  const stored = new Set<string>();
  const problems: string[] = [];
  for (const key of store.keys(PREFIX.interactions)) {
    const sales = await parseBatch(store.bytes(key));
    if (sales.size !== parseBatchKey(key)?.count) problems.push(`${key} has ${sales.size} sales`);
    for (const address of sales.keys()) stored.add(address);
  }
  const refused = new Set<string>();
  for (const key of store.keys(PREFIX.rejected))
    for (const line of store.bytes(key).toString().trimEnd().split('\n')) {
      const { partition, offset } = JSON.parse(line);
      refused.add(`${partition} ${offset}`);
    }
  return [
    ...problems,
    ...difference('stored', accepted, stored),
    ...difference('rejected', rejected, refused),
  ];
}

/** The windows are numbered without gaps, no batch is in two, and each window was trained or failed. */
function problemsOfWindows(store: Objects, windows: readonly number[]): string[] {
  const cut = new Map<string, number>();
  for (const window of windows)
    for (const { key } of read(store, `${PREFIX.windows}${String(window).padStart(8, '0')}.json`, Window)
      .batches)
      cut.set(key, (cut.get(key) ?? 0) + 1);
  return [
    ...windows
      .filter((window, index) => window !== index + 1)
      .map((window) => `window ${window} follows a gap`),
    ...windows
      .filter((window) => !isSettled(store, window))
      .map((window) => `window ${window} is still open`),
    // A repeat of what was cut joins a window but causes none, so it may be in none yet; its sales are checked below.
    ...[...cut].filter(([, times]) => times > 1).map(([key, times]) => `${key} is in ${times} windows`),
  ];
}

const newByStandIn =
  (store: Objects): NewSales =>
  ({ files }) => {
    const file = files.find(({ name }) => name === COMPACTED);
    if (!file) return [];
    return (JSON.parse(store.bytes(file.key).toString()) as [string, string][]).map(([address]) => address);
  };

/**
 * Every sale is in the training set of the newest run, and new in exactly one run.
 */
function problemsOfTraining({
  store,
  runs,
  expected: { accepted },
  newSales,
}: {
  readonly store: Objects;
  readonly runs: readonly number[];
  readonly expected: Expected;
  readonly newSales: NewSales;
}): string[] {
  const trained = new Map<string, number>();
  for (const run of runs)
    for (const address of newSales(read(store, manifestKey(run), Manifest)))
      trained.set(address, (trained.get(address) ?? 0) + 1);
  const newest = runs.at(-1);
  const { interactions } =
    newest === undefined ? { interactions: 0 } : read(store, manifestKey(newest), Manifest).inputs;
  const twice = [...trained].filter(([, times]) => times > 1);
  return [
    ...difference('trained', accepted, new Set(trained.keys())),
    ...(twice.length > 0 ? [`${twice.length} sales are new in several runs`] : []),
    ...(interactions === accepted.size
      ? []
      : [`the newest run has ${interactions} of ${accepted.size} sales`]),
  ];
}

/** Each run was decided once and in order, and the pointer is what the decisions lead to. */
function problemsOfDecisions(store: Objects, runs: readonly number[]): string[] {
  const decisions = numbersOf(store, PREFIX.publications).map((number) =>
    read(store, publicationKey(number), Publication),
  );
  const decided = decisions.map(({ run }) => run);
  const isInOrder = decided.every((run, index) => index === 0 || run > (decided[index - 1] ?? 0));
  const left = runs.filter((run) => !decided.includes(run) && run > (decided.at(-1) ?? 0));
  let current: Current | undefined;
  for (const decision of decisions) current = currentAfter(decision, current);
  const isCurrent =
    current === undefined || JSON.stringify(read(store, CURRENT_KEY, Current)) === JSON.stringify(current);
  const index = store.objects.get(INDEX_KEY)?.bytes.toString() ?? '';
  return [
    ...(isInOrder ? [] : [`the runs were decided in the order ${decided.join(', ')}`]),
    ...left.map((run) => `run ${run} was not decided`),
    ...(isCurrent ? [] : ['current.json is not what the decisions lead to']),
    ...(current?.run && !index.includes(`Run <a href="${String(current.run).padStart(8, '0')}/index.html">`)
      ? [`the index page does not name run ${current.run}`]
      : []),
  ];
}

function difference(verb: string, wanted: ReadonlySet<string>, found: ReadonlySet<string>): string[] {
  const missing = [...wanted].filter((address) => !found.has(address));
  const extra = [...found].filter((address) => !wanted.has(address));
  return [
    ...(missing.length > 0 ? [`${missing.length} records were not ${verb}, such as ${missing[0]}`] : []),
    ...(extra.length > 0 ? [`${extra.length} records were ${verb} wrongly, such as ${extra[0]}`] : []),
  ];
}
