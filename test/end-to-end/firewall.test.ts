import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { manifestKey } from '../../lambdas/shared/contract/keys.ts';
import { LIST_KINDS } from '../../lambdas/shared/contract/quality.ts';
import { Manifest } from '../../lambdas/shared/contract/schemas.ts';
import { readJson } from '../../lambdas/shared/platform/lake.ts';
import { maskPersonal } from '../../lambdas/shared/privacy/mask.ts';
import type { Privacy } from '../../lambdas/shared/privacy/settings.ts';
import { drain } from '../../local/pipeline/drain.ts';
import { type Pipeline, startPipeline } from '../../local/pipeline/pipeline.ts';
import { Watch } from '../../local/results/watch.ts';
import { Bucket } from './bucket.ts';
import { readEverything } from './everything.ts';
import { type Marker, markersIn, personalRecords, sendPersonal, shopUsers } from './personal-shop.ts';

/**
 * A shop whose records are full of personal data, through the whole pipeline with a real broker, the emulator and Spark: once with
 * keyed ids, where none of it may be found anywhere, and once with plain ids, which shows that the search finds it.
 */

const MINUTES = 60_000;
const RECORDS = 4000;
/** Answered users. */
const ASKED = shopUsers.slice(0, 8);
const directory = mkdtempSync(join(tmpdir(), 'cartograph-firewall-'));
/** Those that run; a test that exceeds its time leaves its own. */
const running = new Set<Pipeline>();
afterAll(async () => {
  for (const pipeline of running) await pipeline.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Facts {
  readonly sent: number;
  readonly manifest: Manifest;
  readonly stored: number;
  readonly rejected: readonly { readonly reason: string }[];
  /** The places that have a marker, by kind of place. */
  readonly found: ReadonlyMap<string, ReadonlySet<Marker>>;
  /** All places that were searched. */
  readonly places: readonly string[];
  /** Purchases of the users who were asked about, as the API answers them. */
  readonly histories: readonly unknown[];
  readonly lists: readonly { readonly status: number; readonly source: unknown; readonly products: number }[];
  readonly faults: readonly string[];
}

/** Runs the shop through a pipeline and searches it. */
async function runShop(userIds: Privacy['userIds']): Promise<Facts> {
  const state = join(directory, userIds);
  const faults: string[] = [];
  const pipeline = await startPipeline({
    directory: state,
    config: {
      privacy: { userIds },
      threshold: { threshold: 10 * RECORDS, growth: 0 },
      model: { rank: 8, iterations: 3 },
      remember: { days: 3650 },
      sweepMinutes: 1440,
    },
    partitions: 3,
    cores: 2,
    keep: false,
    onApiFault: (message) => faults.push(message),
  });
  running.add(pipeline);
  try {
    const sent = await sendPersonal(pipeline, personalRecords(RECORDS));
    const signal = new AbortController().signal;
    await drain(pipeline, new Watch(pipeline.lake, () => undefined), { timeoutSeconds: 600, signal });
    const answers = await ask(pipeline);
    const bucket = new Bucket(pipeline);
    const manifest = await readJson(pipeline.lake, manifestKey(1), Manifest);
    if (!manifest) throw new Error('Cannot compare: there is no run');
    const [found, places] = [new Map<string, Set<Marker>>(), new Set<string>()];
    for await (const { where, text } of readEverything(pipeline, state)) {
      places.add(where);
      const markers = markersIn(text);
      if (markers.size > 0) found.set(where, new Set([...(found.get(where) ?? []), ...markers]));
    }
    const [stored, rejected] = [(await bucket.interactions()).length, await bucket.rejected()];
    return { sent, manifest, stored, rejected, found, places: [...places], ...answers, faults };
  } finally {
    running.delete(pipeline);
    await pipeline.stop();
  }
}

/** The parts of answers that are compared. */
interface Answer {
  readonly stored?: unknown;
  readonly source?: unknown;
  readonly products?: readonly unknown[];
}

/** Asks the API as the shop does, by its own ids, also in ways that fail. */
async function ask({ apiUrl = '' }: Pipeline): Promise<Pick<Facts, 'histories' | 'lists'>> {
  const get = async (path: string) => {
    const answer = await fetch(`${apiUrl}/v1/${path}`);
    return { status: answer.status, json: (await answer.json()) as Answer };
  };
  const users = ASKED.map(encodeURIComponent);
  const histories = await Promise.all(
    users.map(async (user) => (await get(`users/${user}/history`)).json.stored),
  );
  const lists = await Promise.all(
    users.map(async (user) => {
      const { status, json } = await get(`users/${user}/recommendations?n=5`);
      return { status, source: json.source, products: json.products?.length ?? 0 };
    }),
  );
  await get('users/nobody@planted-mail.example/recommendations?n=0');
  await fetch(`${apiUrl}/v1/sales`, {
    method: 'POST',
    body: '{"userId":"ann@planted-mail.example","quantity":"Qvosterhavn"}',
  });
  return { histories, lists };
}

let plain: Facts;
let keyed: Facts;

const kindsOf = (places: Iterable<string>): string[] =>
  [...new Set([...places].map((place) => place.split(':')[0] ?? ''))].sort();

test('with keyed ids, no planted text is in any object, table, queue, log or page', {
  timeout: 10 * MINUTES,
}, async () => {
  keyed = await runShop('keyed');
  expect(Object.fromEntries(keyed.found)).toEqual({});
  expect(keyed.faults).toEqual([]);
});

test('with plain ids, the same search finds them in every kind of place that has ids', {
  timeout: 10 * MINUTES,
}, async () => {
  plain = await runShop('plain');
  const found = [...plain.found];
  expect(kindsOf(plain.places)).toEqual(kindsOf(keyed.places));
  expect(found.find(([where]) => where.startsWith('table: '))?.[1]).toEqual(
    new Set(['name', 'email', 'phone', 'card']),
  );
  const prefixes = new Set(found.map(([where]) => /^bucket: (\w+)/.exec(where)?.[1]));
  expect([...prefixes].filter(Boolean).sort()).toEqual(['charts', 'interactions', 'rejected', 'runs']);
  // Fields that are not stored of a sale are in rejected records alone.
  for (const [where, markers] of found)
    if (!where.startsWith('bucket: rejected/'))
      expect([...markers], where).not.toEqual(expect.arrayContaining(['city']));
});

test('counts are equal, baselines are the same, and the learned quality is within its interval', () => {
  expect(keyed.sent).toBe(plain.sent);
  expect([keyed.stored, keyed.rejected.length]).toEqual([plain.stored, plain.rejected.length]);
  expect(keyed.manifest.counts).toEqual(plain.manifest.counts);
  const { trainingSetSha256: _, ...inputs } = plain.manifest.inputs;
  expect(keyed.manifest.inputs).toMatchObject({ interactions: inputs.interactions, repeats: inputs.repeats });
  for (const list of LIST_KINDS) {
    const [ours, theirs] = [keyed.manifest.quality[list], plain.manifest.quality[list]];
    for (const baseline of ['popularity', 'recentPopularity', 'personalFrequency'] as const) {
      expect(ours?.[baseline]?.n).toBe(theirs?.[baseline]?.n);
      if (theirs?.[baseline]) expect(ours?.[baseline]?.value).toBeCloseTo(theirs[baseline].value, 6);
    }
    expect(ours?.model.n).toBe(theirs?.model.n);
    expect(ours?.model.value).toBeGreaterThanOrEqual(theirs?.model.low ?? 1);
    expect(ours?.model.value).toBeLessThanOrEqual(theirs?.model.high ?? 0);
  }
});

test('the shop is answered by its own ids, with the same purchases; no reason has a value', () => {
  expect(keyed.histories).toEqual(withMaskedNames(plain.histories));
  expect(keyed.lists).toEqual(ASKED.map(() => expect.objectContaining({ status: 200, products: 5 })));
  expect(keyed.rejected.length).toBeGreaterThan(20);
  expect(plain.rejected.some(({ reason }) => markersIn(reason).size > 0)).toBe(true);
});

/** The names of products are masked in keyed mode. */
const withMaskedNames = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (field, content) =>
    field === 'name' ? maskPersonal(content, 'product') : content,
  );
