import * as z from 'zod';
import { AnswerHistories, type StoredHistory } from '../shared/contract/answer-model.ts';
import { ExplorerTable } from '../shared/contract/explorer.ts';
import { manifestKey, windowKey } from '../shared/contract/keys.ts';
import { Manifest } from '../shared/contract/schemas.ts';
import { parseJson } from '../shared/platform/lake.ts';
import type { Engine } from './engine.ts';
import { createExplorerReader, type ExplorerReader } from './explorer-reader.ts';
import type { RunObjects } from './run-objects.ts';
import { createRunTable } from './run-table.ts';

/** A run that is ready to answer. */
export interface LoadedRun {
  readonly run: number;
  readonly attempt: number;
  /** The newest sale that the run knows and that is no outlier, epoch ms. */
  readonly newestSaleMs: number;
  /** The offsets that the run has read, as its manifest names them. */
  readonly offsets: Manifest['inputs']['offsets'];
  /** When its window was cut, epoch ms; undefined if that cannot be read. */
  readonly cutAtMs: number | undefined;
  /** Number of the newest erasure that the run was trained without; 0 if there was none. */
  readonly erasuresThrough: number;
  /** The version of the manifest. It changes when files of the run are rewritten, because a user was forgotten. */
  readonly manifestEtag: string;
  readonly engine: Engine;
  /**
   * Reads what the run knows of a user.
   *
   * @returns undefined if it knows nothing.
   * @throws {Error} If the file cannot be read.
   */
  historyOf(user: string): Promise<StoredHistory | undefined>;
  /**
   * Reads what the explorer shows of a user.
   *
   * @param user As the run spells it.
   */
  readonly explorerOf: ExplorerReader;
}

export interface RunLoaderOptions {
  readonly objects: RunObjects;
  /** Makes an engine of `model/answer.json` and `model/answer.safetensors`. */
  readonly createEngine: (document: unknown, tensors: Uint8Array) => Loaded;
  /** Limit of the blocks of histories that are kept, in their compressed bytes. */
  readonly historyBytes?: number;
  /** The clock, epoch ms. */
  readonly nowMs?: () => number;
}

/** An engine, and the table of histories that its document names. */
export interface Loaded {
  readonly engine: Engine;
  readonly histories: ExplorerTable;
}

/** About ten times as much in memory. */
const HISTORY_BYTES = 8 * 1024 * 1024;
const DOCUMENT = 'model/answer.json';
const TENSORS = 'model/answer.safetensors';

/** The part of a window that is read. */
const Cut = z.object({ cutAtMs: z.int() });

/**
 * Reads everything of a run that answers need, except for the histories of users, which are read when they are asked for.
 *
 * @throws {Error} If the run has no manifest, or one of its files is missing or damaged; the message names the object.
 */
export async function loadRun(number: number, options: RunLoaderOptions): Promise<LoadedRun> {
  const { objects, createEngine, historyBytes = HISTORY_BYTES, nowMs = Date.now } = options;
  const { manifest, etag } = await readManifest(objects, number);
  const keys = new Map(manifest.files.map(({ name, key }) => [name, key]));
  const keyOf = (name: string): string => {
    const key = keys.get(name);
    if (key === undefined)
      throw new Error(`Cannot load run ${number}: it has no ${name}; a version before this one made it`);
    return key;
  };
  const [document, tensors, cutAtMs] = await Promise.all([
    text(objects, keyOf(DOCUMENT)),
    bytes(objects, keyOf(TENSORS)),
    cutOf(objects, number),
  ]);
  const parsed: unknown = JSON.parse(document);
  const { engine, histories } = createEngine(parsed, tensors);
  const historyOf = createRunTable(
    {
      ...{ objects, keyOf, nowMs },
      index: DOCUMENT,
      parse: historiesOf(parsed),
      block: AnswerHistories,
      mostBytes: historyBytes,
    },
    histories,
  );
  return {
    run: manifest.run,
    attempt: manifest.attempt,
    newestSaleMs: manifest.asOfMs,
    offsets: manifest.inputs.offsets,
    cutAtMs,
    erasuresThrough: manifest.inputs.tombstones?.through ?? 0,
    manifestEtag: etag,
    engine,
    historyOf: async (user) => (await historyOf(user))?.value,
    explorerOf: createExplorerReader({ objects, keys, nowMs }),
  };
}

/** Returns a function that reads the table of histories from a document, if all else in it is as it was when the model was loaded. */
function historiesOf(loaded: unknown): (text: string, key: string) => ExplorerTable {
  const model = modelOf(loaded);
  return (text, key) => {
    const document = parseJson(text, key, Indexed);
    if (modelOf(document) !== model)
      throw new Error(`Cannot read a history: ${key} has another model than the one that is loaded`);
    return document.histories;
  };
}

const Indexed = z.looseObject({ histories: ExplorerTable });

/** Returns a document without its table, as text. */
const modelOf = (document: unknown): string =>
  JSON.stringify(document, (name, value: unknown) => (name === 'histories' ? undefined : value));

async function readManifest(objects: RunObjects, run: number) {
  const key = manifestKey(run);
  const found = await objects.readUnless(key, undefined);
  if (!found || found === 'same') throw new Error(`Cannot load the run: ${key} does not exist`);
  return { manifest: parseJson(found.text, key, Manifest), etag: found.etag };
}

async function bytes(objects: RunObjects, key: string): Promise<Uint8Array> {
  const found = await objects.bytes(key);
  if (!found) throw new Error(`Cannot load the run: ${key} does not exist`);
  return found;
}

const text = async (objects: RunObjects, key: string): Promise<string> =>
  Buffer.from(await bytes(objects, key)).toString('utf8');

/** Without the window a run answers as well; see `outsideOf`. */
async function cutOf(objects: RunObjects, run: number): Promise<number | undefined> {
  const key = windowKey(run);
  try {
    return parseJson(await text(objects, key), key, Cut).cutAtMs;
  } catch {
    return undefined;
  }
}
