import type {
  ExplorerIndex,
  ExplorerNames,
  ExplorerProducts,
  ExplorerUsers,
} from '../../shared/contract/explorer.ts';
import { CURRENT_KEY, manifestKey } from '../../shared/contract/keys.ts';
import type { Current, Manifest } from '../../shared/contract/schemas.ts';
import { type Block, type BlockPlace, BlockTable } from './block-table.ts';

/** The bucket as this page reads it: from its own place, `charts/`, upwards. */
const ROOT = '../';

/** There is no such object (yet); for a refusal the bucket answers the same, since it does not tell what there is. */
export class Missing extends Error {}

/** Nothing can be said of what is there. */
export class Unanswered extends Error {}

/** @throws {Missing} @throws {Unanswered} */
async function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const answer = await fetch(path, { cache: 'no-cache', headers }).catch((cause: unknown) => {
    throw new Unanswered(`Cannot read ${path}: the bucket does not answer`, { cause });
  });
  if (answer.status === 404 || answer.status === 403) throw new Missing(`${path} is not there`);
  if (!answer.ok) throw new Unanswered(`Cannot read ${path}: the bucket answers ${answer.status}`);
  return answer;
}

/** @throws {Missing} @throws {Unanswered} */
export const fetchText = async (path: string): Promise<string> => (await get(path)).text();

const pathOf = (key: string): string => ROOT + key.split('/').map(encodeURIComponent).join('/');

/** What the stages wrote, they checked; nobody else writes here. */
const fetchJson = async <Document>(key: string): Promise<Document> =>
  JSON.parse(await fetchText(pathOf(key)));

export const fetchCurrent = (): Promise<Current> => fetchJson<Current>(CURRENT_KEY);

export type UserPage = ExplorerUsers['rows'][number][1];
export type ProductPage = ExplorerProducts['rows'][number][1];
type ProductId = ExplorerNames['rows'][number][1];

/** What can be looked up in a run. */
export interface Tables {
  readonly users: BlockTable<UserPage>;
  readonly products: BlockTable<ProductPage>;
  /** By search keys of names. */
  readonly names: BlockTable<ProductId>;
  readonly picks: ExplorerIndex['picks'];
}

/** The files of one run; nothing of two runs is ever mixed. */
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

  /** @returns undefined if the run names no such file */
  async document<Document>(name: string): Promise<Document | undefined> {
    const key = this.keys.get(name);
    return key === undefined ? undefined : fetchJson<Document>(key);
  }

  /** @returns undefined if the run was made by a version that wrote none, or others */
  async tables(): Promise<Tables | undefined> {
    const index = await this.document<Partial<ExplorerIndex>>('explorer/index.json');
    if (!index?.users || !index.products || !index.names || !index.picks) return undefined;
    const table = <Value>(parts: ExplorerIndex['users']) =>
      new BlockTable<Value>(parts, (place) => this.block<Value>(place));
    return {
      users: table(index.users),
      products: table(index.products),
      names: table(index.names),
      picks: index.picks,
    };
  }

  private async block<Value>({ file, offset, sizeBytes }: BlockPlace): Promise<Block<Value>> {
    const key = this.keys.get(file);
    if (key === undefined) throw new Missing(`run ${this.run} names no ${file}`);
    const range = `bytes=${offset}-${offset + sizeBytes - 1}`;
    const answer = await get(pathOf(key), { range });
    const bytes = await answer.blob();
    // A server that knows no ranges answers with the whole file.
    const own = answer.status === 206 ? bytes : bytes.slice(offset, offset + sizeBytes);
    const text = await new Response(own.stream().pipeThrough(new DecompressionStream('gzip'))).text();
    return JSON.parse(text);
  }
}
