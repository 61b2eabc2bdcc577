import type {
  ExplorerIndex,
  ExplorerNames,
  ExplorerProducts,
  ExplorerUsers,
} from '../../shared/contract/explorer.ts';
import { CURRENT_KEY, manifestKey } from '../../shared/contract/keys.ts';
import type { Current, Manifest } from '../../shared/contract/schemas.ts';
import { type Block, BlockChanged, type BlockPlace, BlockTable } from '../../shared/web/block-table.ts';
import type { AskUser } from './ask-user.ts';

/** The root of the bucket, seen from the page in `charts/`. */
const ROOT = '../';

/** The object does not exist (yet). The bucket answers the same when access is denied, so that it reveals no names. */
export class NotFound extends Error {}

/** The bucket did not answer, or answered with an error. */
export class Unavailable extends Error {}

/** @throws {NotFound} @throws {Unavailable} @throws {BlockChanged} If the object has no such part. */
async function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const response = await fetch(path, { cache: 'no-cache', headers }).catch((cause: unknown) => {
    throw new Unavailable(`Cannot read ${path}: the bucket did not answer`, { cause });
  });
  if (response.status === 404 || response.status === 403)
    throw new NotFound(`Cannot read ${path}: there is no such object`);
  // The object has become shorter than the table says.
  if (response.status === 416) throw new BlockChanged(`Cannot read ${path}: it has no such part`);
  if (!response.ok) throw new Unavailable(`Cannot read ${path}: the bucket answered ${response.status}`);
  return response;
}

/** @throws {NotFound} @throws {Unavailable} */
export const fetchText = async (path: string): Promise<string> => (await get(path)).text();

const pathOf = (key: string): string => ROOT + key.split('/').map(encodeURIComponent).join('/');

/** Reads JSON without checking it: the stages are the only writers, and they checked it. */
const fetchJson = async <Document>(key: string): Promise<Document> =>
  JSON.parse(await fetchText(pathOf(key)));

export const fetchCurrent = (): Promise<Current> => fetchJson<Current>(CURRENT_KEY);

export type UserPage = ExplorerUsers['rows'][number][1];
export type ProductPage = ExplorerProducts['rows'][number][1];
type ProductId = ExplorerNames['rows'][number][1];

/** The tables of a run that the explorer searches. */
export interface Tables {
  readonly users: BlockTable<UserPage>;
  readonly products: BlockTable<ProductPage>;
  /** Products by the search keys of their names. */
  readonly names: BlockTable<ProductId>;
  readonly picks: ExplorerIndex['picks'];
  /** Asks for users by their ids; absent where the keys of `users` are the ids, and not pseudonyms. */
  readonly askUser?: AskUser | undefined;
}

/**
 * The files of one run. Two runs are never mixed.
 *
 * When a user is forgotten, the files of a run are rewritten one after the other. A table then throws `BlockChanged`, unless the block is as
 * the table says: open the run again.
 */
export class RunFiles {
  readonly run: number;
  private readonly keys: ReadonlyMap<string, string>;

  private constructor(run: number, keys: ReadonlyMap<string, string>) {
    this.run = run;
    this.keys = keys;
  }

  static async open(run: number): Promise<RunFiles> {
    const manifest = await fetchJson<Manifest>(manifestKey(run));
    return new RunFiles(run, new Map(manifest.files.map(({ name, key }) => [name, key])));
  }

  /** @returns undefined if the run has no file of this name */
  async document<Document>(name: string): Promise<Document | undefined> {
    const key = this.keys.get(name);
    return key === undefined ? undefined : fetchJson<Document>(key);
  }

  /** @returns undefined if an earlier version made the run, without these tables */
  async tables(): Promise<Tables | undefined> {
    const index = await this.document<Partial<ExplorerIndex>>('explorer/index.json');
    if (!index?.users || !index.products || !index.names || !index.picks) return undefined;
    const etags = new Map<string, string>();
    const table = <Value>(parts: ExplorerIndex['users']) =>
      new BlockTable<Value>(parts, (place) => this.block<Value>(place, etags));
    return {
      users: table(index.users),
      products: table(index.products),
      names: table(index.names),
      picks: index.picks,
    };
  }

  /** @param etags The versions of the files that the tables have read, by name. */
  private async block<Value>(
    { file, offset, sizeBytes }: BlockPlace,
    etags: Map<string, string>,
  ): Promise<Block<Value>> {
    const key = this.keys.get(file);
    if (key === undefined) throw new NotFound(`Cannot read ${file}: run ${this.run} has no such file`);
    const range = `bytes=${offset}-${offset + sizeBytes - 1}`;
    const response = await get(pathOf(key), { range });
    const etag = response.headers.get('etag') ?? '';
    const known = etags.get(file) ?? etag;
    if (etag !== known) throw new BlockChanged(`Cannot read ${file}: it has changed`);
    etags.set(file, known);
    const bytes = await response.blob();
    // A server that does not support ranges sends the whole file.
    const block = response.status === 206 ? bytes : bytes.slice(offset, offset + sizeBytes);
    try {
      const text = await new Response(block.stream().pipeThrough(new DecompressionStream('gzip'))).text();
      return JSON.parse(text);
    } catch (cause) {
      throw new BlockChanged(`Cannot read ${file}: it has no block at byte ${offset}`, { cause });
    }
  }
}
