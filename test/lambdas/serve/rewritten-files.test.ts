import { expect, test } from 'vitest';
import { HISTORIES, keysIn, placesOf, rewriteBlocks } from '../../../lambdas/forget/files/blocks.ts';
import { answerEdits, rewriteDocument } from '../../../lambdas/forget/files/documents.ts';
import { readMember } from '../../../lambdas/forget/files/gzip-member.ts';
import { readUser } from '../../../lambdas/serve/sources.ts';
import { openModelShop } from './model-shop.ts';

/** A run that the Spark job wrote, whose files forget rewrites while serve reads them. */

const INDEX = 'model/answer.json';
const keyOf = (name: string): string => `runs/1/1/${name}`;

function open() {
  const shop = openModelShop();
  const { objects } = shop.lake;
  const bytesOf = (name: string): Buffer => objects.get(keyOf(name))?.bytes ?? Buffer.alloc(0);
  const put = (name: string, bytes: Uint8Array): void => {
    objects.set(keyOf(name), { bytes: Buffer.from(bytes), storedAtMs: 0 });
  };
  const storedOf = async (user: string): Promise<string> => {
    const { stored, missing } = await readUser(user, shop.sources);
    expect(missing).toEqual([]);
    return JSON.stringify(stored ?? null);
  };
  return { shop, bytesOf, put, storedOf };
}

const original = open();
const table = JSON.parse(original.bytesOf(INDEX).toString()).histories as Parameters<typeof placesOf>[0];
const FILES = table.map(({ file }) => file);
/** The users of each block, in order. */
const BLOCKS = placesOf(table).map(({ file, offset, sizeBytes }) =>
  keysIn(readMember(original.bytesOf(file).subarray(offset, offset + sizeBytes)).text),
);
const USERS = BLOCKS.flat();

test.each([
  ['one user', [USERS[7] ?? '']],
  ['every seventh user', USERS.filter((_, number) => number % 7 === 0)],
  ['the first user of each block, by whom it is found', BLOCKS.map(([first]) => first ?? '')],
  ['a whole block', BLOCKS[0] ?? []],
  ['all users but one', USERS.slice(0, -1)],
])(
  'after each step of rewriting, serve has the others as before, and no read fails: without %s',
  async (_, gone) => {
    const before = new Map<string, string>();
    for (const user of USERS) before.set(user, await original.storedOf(user));
    const { bytesOf, put, storedOf } = open();
    const erased = { users: new Set(gone), isForgotten: (user: string) => gone.includes(user) };
    const run = {
      files: [],
      read: async (name: string, range?: { readonly offset: number; readonly sizeBytes: number }) =>
        range ? bytesOf(name).subarray(range.offset, range.offset + range.sizeBytes) : bytesOf(name),
    };
    const check = async (read: typeof storedOf, isEnd: boolean): Promise<void> => {
      for (const user of USERS) {
        const stored = await read(user);
        if (!gone.includes(user)) expect(stored).toBe(before.get(user));
        else expect(isEnd ? ['null'] : ['null', before.get(user)]).toContain(stored);
      }
    };
    await storedOf(USERS[0] ?? '');
    for (const name of FILES) {
      const rewritten = await rewriteBlocks(bytesOf(name), erased, { name, run, kind: HISTORIES });
      if (rewritten.changed && rewritten.bytes) put(name, rewritten.bytes);
      await check(storedOf, false);
    }
    const index = await rewriteDocument(bytesOf(INDEX), (text) => answerEdits(text, erased, run));
    if (index.changed && index.bytes) put(INDEX, index.bytes);
    await check(storedOf, false);
    // A process that begins now has nothing in memory.
    const later = open();
    for (const name of [INDEX, ...FILES]) later.put(name, bytesOf(name));
    await check(later.storedOf, true);
  },
);
