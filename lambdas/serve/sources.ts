import type { StoredHistory } from '../shared/contract/answer-model.ts';
import type { Filters } from '../shared/contract/catalogue.ts';
import { ProblemError } from '../shared/http/problem-error.ts';
import type { Log } from '../shared/platform/log.ts';
import { outsideOf, type RecentSale } from '../shared/platform/recent.ts';
import { type Erasure, isForgotten } from '../shared/platform/tombstones.ts';
import type { PersonIds } from '../shared/privacy/person-ids.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import { type CatalogueReader, CatalogueUnavailable } from './catalogue/reader.ts';
import type { PatientForgotten } from './forgotten.ts';
import type { LoadedRun } from './load-run.ts';
import type { PatientRecent } from './patient-recent.ts';
import type { ServedRun } from './served-run.ts';

/** Where answers come from. */
export interface Sources {
  readonly served: ServedRun;
  readonly recent: PatientRecent;
  readonly catalogue: CatalogueReader;
  readonly forgotten: PatientForgotten;
  /** Returns how the ids that callers ask for are stored. Fails while that is not known; see `personsOf`. */
  readonly persons: () => Promise<PersonIds>;
  readonly log: Log;
  /** The clock, epoch ms. Only what the catalogue hides depends on it. */
  readonly nowMs: () => number;
}

export type MissingPart = 'recentSales' | 'runHistory';

/** The known facts of a user. */
export interface KnownUser {
  readonly run: LoadedRun | undefined;
  /** Undefined if the run knows nothing. */
  readonly stored: StoredHistory | undefined;
  /** Sales that the run does not know, each of them once. */
  readonly newer: readonly RecentSale[];
  /** The parts that could not be read. */
  readonly missing: readonly MissingPart[];
  /** Number of the newest erasure of the user; null for a user who was not forgotten. */
  readonly erasure: number | null;
}

/**
 * Reads the data of a user, from one run and the sales since. Sources that cannot be read in time are left out, and so is everything
 * that the user wanted to be forgotten: a forgotten user who buys again is a new user.
 *
 * @param user The id as the caller spells it.
 * @throws {ProblemError} As `personsOf`.
 */
export async function readUser(user: string, sources: Sources): Promise<KnownUser> {
  const { served, recent, forgotten, log } = sources;
  const storedUser = (await personsOf(sources)).stored(user);
  // All at once: the first request of a process also waits for the run.
  const reading = recent.ofUser(storedUser);
  const [run, { users, isKnown }] = await Promise.all([served.get(), forgotten.current()]);
  const erasure = users?.erasureOf(storedUser);
  const isStored = run !== undefined && (erasure === undefined || erasure.erasure <= run.erasuresThrough);
  const [all, stored] = await Promise.all([
    reading,
    isStored ? storedOf(run, storedUser, { log, isKnown }) : undefined,
  ]);
  const missing: MissingPart[] = [];
  if (all === undefined) missing.push('recentSales');
  if (stored === 'unavailable') missing.push('runHistory');
  const sales = notForgotten(all ?? [], erasure);
  return {
    run,
    stored: stored === 'unavailable' ? undefined : stored,
    // Where the run's history is left out, later sales that the run has read are the only ones that are known.
    newer: isStored ? outsideOf(run.offsets, sales, run.cutAtMs) : outsideOf({}, sales),
    missing,
    erasure: erasure?.erasure ?? null,
  };
}

/** Sales without an address are those of a request, and not stored. */
const notForgotten = (sales: readonly RecentSale[], erasure: Erasure | undefined): readonly RecentSale[] =>
  erasure ? sales.filter(({ address }) => !address || !isForgotten(address.kafkaMs, erasure)) : sales;

/**
 * Returns how ids are stored.
 *
 * @throws {ProblemError} 503, if the secret or the bucket cannot be read, or if the bucket's ids are stored in another way.
 */
export async function personsOf({ persons }: Pick<Sources, 'persons'>): Promise<PersonIds> {
  try {
    return await persons();
  } catch (error) {
    throw new ProblemError('unavailable', 'Users cannot be looked up at the moment', { cause: error });
  }
}

async function storedOf(
  run: LoadedRun,
  user: string,
  { log, isKnown }: { readonly log: Log; readonly isKnown: boolean },
): Promise<StoredHistory | undefined | 'unavailable'> {
  try {
    if (!isKnown) throw new Error('Cannot answer with a history: it is not known which users were forgotten');
    return await run.historyOf(user);
  } catch (error) {
    log.warn('Answers without the history of the run: it could not be read', { run: run.run, error });
    log.measure({ AnswersWithoutHistory: 1 });
    return 'unavailable';
  }
}

/**
 * Returns the catalogue for a request with these filters.
 *
 * Without a filter that depends on attributes, an old copy is enough: it still hides what it knows to be hidden.
 *
 * @throws {ProblemError} 503, if the catalogue cannot be read and the copy is too old for the filters, or there is none.
 */
export async function catalogueFor(filters: Filters, { catalogue, log }: Sources): Promise<Catalogue> {
  try {
    return await catalogue.current();
  } catch (error) {
    if (!(error instanceof CatalogueUnavailable)) throw error;
    const { category, available, minPrice, maxPrice } = filters;
    const asksForAttributes = [category, available, minPrice, maxPrice].some((value) => value !== undefined);
    if (!asksForAttributes && catalogue.latest) return catalogue.latest;
    log.measure({ RequestsWithoutCatalogue: 1 });
    const detail = catalogue.latest
      ? 'The copy of the catalogue is too old for filters, and it cannot be read again at the moment'
      : 'The catalogue cannot be read at the moment, so it is not known which products are hidden';
    throw new ProblemError('catalogue-unavailable', detail, { cause: error });
  }
}

/** @throws {ProblemError} 503, if no run is loaded. */
export async function loadedRun({ served }: Sources): Promise<LoadedRun> {
  const run = await served.get();
  if (run) return run;
  throw new ProblemError(
    'no-run',
    served.failure === undefined
      ? 'No run is published yet'
      : 'The published run could not be loaded; the log says why',
  );
}
