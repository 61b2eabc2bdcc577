import { gunzipSync, gzipSync } from 'node:zlib';
import { indexEdits } from '../../../../lambdas/forget/files/block-index.ts';
import { HISTORIES, mayHoldBlocks, rewriteBlocks } from '../../../../lambdas/forget/files/blocks.ts';
import { applyEdits } from '../../../../lambdas/forget/files/json-text.ts';
import type { Forgotten, RunContext } from '../../../../lambdas/forget/files/kind.ts';
import type { ExplorerTable } from '../../../../lambdas/shared/contract/explorer.ts';
import { type Block, BlockTable } from '../../../../lambdas/shared/web/block-table.ts';
import { separator } from '../../separator.ts';

/** A run that has only a table and its index. */
export class TableRun implements RunContext {
  readonly objects: Map<string, Buffer>;

  constructor(objects: Iterable<readonly [string, Buffer]>) {
    this.objects = new Map(objects);
  }

  async read(name: string, range?: { offset: number; sizeBytes: number }): Promise<Uint8Array> {
    const bytes = this.objects.get(name);
    if (!bytes) throw new Error(`${name} does not exist`);
    return range ? bytes.subarray(range.offset, range.offset + range.sizeBytes) : bytes;
  }

  get files() {
    return [...this.objects].map(([name, { length: sizeBytes }]) => ({ name, key: name, sizeBytes }));
  }

  get document(): string {
    return this.objects.get(HISTORIES.index)?.toString() ?? '';
  }

  get table(): ExplorerTable {
    return HISTORIES.table(JSON.parse(this.document));
  }

  /** Reads rows as serve does, with an index that may be an older one. */
  reader(table = this.table): BlockTable<unknown> {
    return new BlockTable<unknown>(table, async ({ file, ...range }) => {
      const block: Block<unknown> = JSON.parse(gunzipSync(await this.read(file, range)).toString());
      return block;
    });
  }

  /** Rewrites the files, then the index. */
  async erase(erased: Forgotten): Promise<void> {
    for (const name of new Set(this.table.map(({ file }) => file))) {
      const context = { name, run: new TableRun(this.objects), kind: HISTORIES };
      if (!(await mayHoldBlocks(name, erased, context))) continue;
      const rewritten = await rewriteBlocks(this.objects.get(name) ?? Buffer.alloc(0), erased, context);
      if (rewritten.changed) this.objects.set(name, Buffer.from(rewritten.bytes ?? []));
    }
    await this.eraseInIndex(erased);
  }

  async eraseInIndex(erased: Forgotten): Promise<void> {
    const edits = await indexEdits(this.document, erased, {
      path: ['histories'],
      run: new TableRun(this.objects),
      kind: HISTORIES,
    });
    this.objects.set(HISTORIES.index, Buffer.from(applyEdits(this.document, edits)));
  }
}

/** Makes a table as the job does. @param parts Blocks of keys by file. */
export function madeRun(parts: readonly (readonly (readonly string[])[])[]): TableRun {
  const files: [string, Buffer][] = [];
  const histories = parts.map((blocks, part) => {
    const file = `model/histories-0000${part}.json.gz`;
    let last: string | undefined;
    const members = blocks.map((keys) =>
      gzipSync(
        `${JSON.stringify({ names: [], rows: keys.map((key) => [key, { product: [key.length], atMs: [`sale of ${key}`] }]) })}\n`,
      ),
    );
    const from = blocks.map((keys) => {
      const start = separator(last, keys[0] ?? '');
      last = keys.at(-1);
      return start;
    });
    files.push([file, Buffer.concat(members)]);
    return { file, from, sizes: members.map(({ length }) => length) };
  });
  return new TableRun([...files, [HISTORIES.index, Buffer.from(JSON.stringify({ version: 1, histories }))]]);
}
