import { z } from 'zod';
import {
  CURRENT_KEY,
  failedKey,
  manifestKey,
  PREFIX,
  parseBatchKey,
  parseNumberedKey,
  windowKey,
} from '../lambdas/shared/keys.ts';
import { type Lake, parseJson, readJson } from '../lambdas/shared/lake.ts';
import { Current, Failed, Manifest, UserSummary, Window } from '../lambdas/shared/schemas.ts';

/** What the bucket tells of the pipeline's work; everything in it was read from there. */
export interface Outcome {
  /** Rows in interaction batches; a repeated delivery counts again, which the manifest tells apart. */
  readonly stored: number;
  /** Rejected records by the field or the kind of damage that the reason begins with, most frequent first. */
  readonly rejected: readonly { readonly kind: string; readonly count: number }[];
  readonly windows: readonly WindowOutcome[];
  readonly current: Current | undefined;
  /** One user of the served run. */
  readonly user: UserSummary['users'][number] | undefined;
}

export interface WindowOutcome {
  readonly window: Window;
  readonly manifest: Manifest | undefined;
  /** Why it has no run, oldest attempt first. */
  readonly failures: readonly string[];
}

const RejectedLine = z.object({ reason: z.string() });

/** Reads what happened so far. */
export async function readOutcome(lake: Lake): Promise<Outcome> {
  const windows = await readWindows(lake);
  const current = await readJson(lake, CURRENT_KEY, Current);
  const served = windows.find(({ window }) => window.window === current?.run)?.manifest;
  return {
    stored: await countStored(lake),
    rejected: await countRejected(lake),
    windows,
    current,
    user: served && (await readUser(lake, served)),
  };
}

async function readWindows(lake: Lake): Promise<WindowOutcome[]> {
  const windows: WindowOutcome[] = [];
  for await (const { key } of lake.list(PREFIX.windows)) {
    const number = parseNumberedKey(PREFIX.windows, key);
    const window = number === undefined ? undefined : await readJson(lake, windowKey(number), Window);
    if (!window) continue;
    const manifest = await readJson(lake, manifestKey(window.window), Manifest);
    const failed = manifest ? undefined : await readJson(lake, failedKey(window.window), Failed);
    windows.push({ window, manifest, failures: failed?.reasons ?? [] });
  }
  return windows;
}

async function countStored(lake: Lake): Promise<number> {
  let stored = 0;
  for await (const { key } of lake.list(PREFIX.interactions)) stored += parseBatchKey(key)?.count ?? 0;
  return stored;
}

async function countRejected(lake: Lake): Promise<Outcome['rejected']> {
  const counts = new Map<string, number>();
  for await (const { key } of lake.list(PREFIX.rejected)) {
    const text = (await lake.read(key))?.text ?? '';
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const kind = parseJson(line, key, RejectedLine).reason.split(/:|, should/, 1)[0] ?? '';
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  return [...counts].map(([kind, count]) => ({ kind, count })).sort((a, b) => b.count - a.count);
}

async function readUser(lake: Lake, manifest: Manifest): Promise<Outcome['user']> {
  const file = manifest.files.find(({ name }) => name === 'summary/users.json');
  return file && (await readJson(lake, file.key, UserSummary))?.users[0];
}
