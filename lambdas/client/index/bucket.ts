import { CURRENT_KEY, manifestKey } from '../../shared/keys.ts';
import type { Current, Manifest } from '../../shared/schemas.ts';
import type { ExplorerIndex, ExplorerProducts, ExplorerUsers } from '../../shared/summaries.ts';
import { shardOf } from './shard.ts';

/** The bucket as this page reads it: from its own place, `charts/`, upwards. */
const ROOT = '../';

/** There is no such object (yet); for a refusal the bucket answers the same, since it does not tell what there is. */
export class Missing extends Error {}

/** @throws {Missing} @throws {Error} If the bucket does not answer. */
export async function fetchText(path: string, signal?: AbortSignal): Promise<string> {
  const answer = await fetch(path, { cache: 'no-cache', ...(signal && { signal }) });
  if (answer.status === 404 || answer.status === 403) throw new Missing(`${path} is not there`);
  if (!answer.ok) throw new Error(`the bucket answers ${answer.status}`);
  return answer.text();
}

/** What the stages wrote, they checked; nobody else writes here. */
const fetchJson = async <Document>(key: string): Promise<Document> =>
  JSON.parse(await fetchText(ROOT + key.split('/').map(encodeURIComponent).join('/')));

export const fetchCurrent = (): Promise<Current> => fetchJson<Current>(CURRENT_KEY);

export type UserPage = ExplorerUsers[string];
export type ProductPage = ExplorerProducts[string];

/** The files of one run; nothing of two runs is ever mixed. */
export class RunFiles {
  readonly run: number;
  private readonly keys: ReadonlyMap<string, string>;
  readonly index: ExplorerIndex | undefined;
  /** Parts that were read, by name: walking about reads the same ones. */
  private readonly parts = new Map<string, Promise<unknown>>();

  private constructor(run: number, keys: ReadonlyMap<string, string>, index: ExplorerIndex | undefined) {
    this.run = run;
    this.keys = keys;
    this.index = index;
  }

  static async open(run: number): Promise<RunFiles> {
    const manifest = await fetchJson<Manifest>(manifestKey(run));
    const keys = new Map(manifest.files.map(({ name, key }) => [name, key]));
    const key = keys.get('explorer/index.json');
    return new RunFiles(run, keys, key === undefined ? undefined : await fetchJson<ExplorerIndex>(key));
  }

  /** @returns undefined if the run names no such file */
  async document<Document>(name: string): Promise<Document | undefined> {
    const key = this.keys.get(name);
    return key === undefined ? undefined : fetchJson<Document>(key);
  }

  user(id: string): Promise<UserPage | undefined> {
    return this.find<UserPage>('users', id, this.index?.userShards ?? 0);
  }

  product(id: string): Promise<ProductPage | undefined> {
    return this.find<ProductPage>('products', id, this.index?.productShards ?? 0);
  }

  private async find<Page>(kind: string, id: string, shards: number): Promise<Page | undefined> {
    if (shards === 0) return undefined;
    const name = `explorer/${kind}-${String(await shardOf(id, shards)).padStart(5, '0')}.json`;
    const part = this.parts.get(name) ?? this.document(name);
    this.parts.set(name, part);
    part.catch(() => this.parts.delete(name));
    const pages = (await part) as Readonly<Record<string, Page>> | undefined;
    return pages && Object.hasOwn(pages, id) ? pages[id] : undefined;
  }
}
