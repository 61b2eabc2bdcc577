import { expect, test } from 'vitest';
import { decide } from '../../../lambdas/publish/decide.ts';
import { Window } from '../../../lambdas/shared/contract/schemas.ts';
import type { Outcome, SourceOutcome } from '../../../local/results/outcome.ts';
import { exportProblem, formatReport, problemsOf } from '../../../local/results/report.ts';
import type { Milestone } from '../../../local/results/watch.ts';
import { sampleCost } from '../../lambdas/cost-samples.ts';
import { sampleRun } from '../../lambdas/samples.ts';

const { manifest, documents } = sampleRun(1);
const window = Window.parse({
  window: 1,
  cutAtMs: 0,
  reason: {
    kind: 'threshold',
    needed: 10,
    text: '12 new interactions in 2 batches: at least 10 were needed',
  },
  batches: [{ key: 'interactions/a', sizeBytes: 1 }],
  newInteractions: 12,
  partitions: { '0a1b2c3d/sales/000000': { ranges: [[0, 13]], interactions: 12 } },
  totalInteractions: 12,
  model: manifest.model,
});
const SOURCE = '0a1b2c3d';
const COUNTS: SourceOutcome = {
  stored: 12,
  cut: 12,
  rejected: [
    {
      kind: 'not JSON',
      count: 1,
      example: 'not JSON: is "lamp", should be a JSON object (sales-0, offset 3)',
    },
    { kind: 'userId', count: 1, example: 'userId: is missing, should be a string (sales-0, offset 7)' },
  ],
};
const sourcesWith = (counts: Partial<SourceOutcome>) => new Map([[SOURCE, { ...COUNTS, ...counts }]]);
const trained = { window, manifest, failures: [], thresholdSeconds: 0.35 };
const decision = decide({ run: 1, manifest }, undefined);
const OUTCOME: Outcome = {
  sources: sourcesWith({}),
  decisions: [decision],
  windows: [trained],
  current: { publication: 1, run: 1, previous: null, decidedThrough: 1 },
  user: documents['summary/users.json'].users[0],
  costs: [],
  waiting: [],
};
const sightings = new Map([
  [
    1,
    new Map<Milestone, number>([
      ['cut', 0],
      ['trained', 12_500],
      ['decided', 13_000],
      ['rendered', 14_000],
    ]),
  ],
]);
const facts = (outcome: Outcome, produced = 14) => ({
  produced,
  source: SOURCE,
  outcome,
  sightings,
  preparation: { broker: 2.04 },
  chartsUrl: 'http://127.0.0.1:1/charts/index.html',
});

test('the report of a run that succeeded', () => {
  expect(formatReport(facts(OUTCOME))).toMatchInlineSnapshot(`
    "Sales     14 produced = 12 stored + 2 rejected
              rejected, with an example of each kind (npm run rejected shows more):
                1 × not JSON: is "lamp", should be a JSON object (sales-0, offset 3)
                1 × userId: is missing, should be a string (sales-0, offset 7)

    Seconds   broker 2.0 s

    Window 1  12 new interactions in 2 batches: at least 10 were needed
              trained on 12 sales of 4 products to 3 users
              threshold 0.3 s, train 12.5 s, publish 0.5 s, render 1.0 s
              job: read 1.5 s, fit 2.0 s

    Quality   NDCG@10 (95 % interval) of model and best baseline, on the newest sales, held out of training
    Run 1     Top picks (any): 0.500 (0.400–0.600), popularity 0.250 (0.150–0.350), 2.0x, 3 users
              Discoveries (new): 0.500 (0.400–0.600), popularity 0.250 (0.150–0.350), 2.0x, 3 users

    Gate      run 1 promoted: not measured: no user bought both before and in the holdout

    User      ann & bob bought <script>alert("lamp")</script> (lamp2)
                  Top picks (any)                         Discoveries (new)
               1  <script>alert("lamp")</script> (lamp2)  Blue lamp (lamp1)

    Charts    http://127.0.0.1:1/charts/index.html"
  `);
  expect(problemsOf(facts(OUTCOME))).toEqual([]);
});

test('the cost of the newest runs is one line, which says that nothing was paid on one machine', () => {
  const costs = [1, 2, 3, 4, 5, 6].map((run) => sampleCost(run, { hours: 0.001, isLocal: true }));
  const report = formatReport(facts({ ...OUTCOME, costs })).replaceAll(/\s+/g, ' ');
  expect(report).toContain(
    'Cost run 2 $0.010, run 3 $0.010, run 4 $0.010, run 5 $0.010, run 6 $0.010. Measured on one machine and priced as AWS would price it; nothing was paid.',
  );
  expect(formatReport(facts({ ...OUTCOME, costs: [sampleCost(1)] }))).toMatch(/^Cost {6}run 1 \$0\.10$/m);
});

test('a window that waits for the next month is a problem, with its numbers', () => {
  const waits = {
    window: 1,
    attempt: 1,
    month: '2026-11',
    atMs: 0,
    committedUsd: 0,
    forecastUsd: 0.02,
    ceilingUsd: 0.01,
  };
  const windows = [{ ...trained, manifest: undefined }];
  expect(problemsOf(facts({ ...OUTCOME, windows, waiting: [waits] }))).toContain(
    'Window 1 waits for the next month: training in 2026-11 has cost $0.00 of $0.010, and this run is expected to cost $0.020. It starts by itself on 2026-12-01 (UTC); npm run retry -- --window 1 --over-budget starts it now.',
  );
});

test('the user of the report may have another name than the stored id', () => {
  const report = formatReport({ ...facts(OUTCOME), userLabel: 'u0016 (stored as ABC)' });
  expect(report).toContain('User      u0016 (stored as ABC) bought <script>');
  expect(report).not.toContain('ann & bob');
});

test('fields that look personal are shown with their counts, most frequent first; without any there is no line', () => {
  const looksPersonal = { 'productName phone': 3, 'userId email': 1200 };
  expect(formatReport({ ...facts(OUTCOME), looksPersonal })).toContain(
    '          looks personal: userId like an e-mail address 1,200,\n          productName like a phone number 3 (docs/privacy.md)\n',
  );
  expect(formatReport({ ...facts(OUTCOME), looksPersonal: {} })).toBe(formatReport(facts(OUTCOME)));
});

test('a run that the gate refused is shown with the reason and is not a problem; a run without a decision is', () => {
  const refused = { ...decision, decision: 'refused' as const, reason: 'worse than run 0: any −0.050' };
  const outcome = { ...OUTCOME, current: undefined, decisions: [refused] };
  expect(problemsOf(facts(outcome))).toEqual([]);
  expect(formatReport(facts(outcome))).toContain(
    'Gate      run 1 refused: worse than run 0: Top picks −0.050',
  );
  expect(problemsOf(facts({ ...outcome, decisions: [] }))).toEqual([
    'Run 1 is finished, but no run is served',
  ]);
});

test('if the first run was refused, the export says so; a served run can be exported', () => {
  const refused = { ...decision, decision: 'refused' as const };
  expect(exportProblem({ ...OUTCOME, current: undefined, decisions: [refused] })).toBe(
    'nothing is exported: run 1 was refused, and no run is served',
  );
  expect(exportProblem({ ...OUTCOME, current: undefined, decisions: [] })).toBe(
    'nothing is exported: no run is served',
  );
  expect(exportProblem(OUTCOME)).toBeUndefined();
});

test('counts that do not add up are a problem, and the report shows ≠', () => {
  expect(problemsOf(facts(OUTCOME, 15))).toEqual([
    '15 records were produced, but 12 stored + 2 rejected make 14',
  ]);
  expect(formatReport(facts(OUTCOME, 15))).toContain('15 produced ≠ 12 stored + 2 rejected');
});

test('sales of an earlier broker are shown separately, and are not part of the sum', () => {
  const earlier = { stored: 7_000, cut: 7_000, rejected: [{ kind: 'price', count: 9, example: '' }] };
  const inputs = { ...manifest.inputs, interactions: 7_010, unweighted: 2 };
  const outcome: Outcome = {
    ...OUTCOME,
    sources: new Map([['ffffffff', earlier], ...OUTCOME.sources]),
    windows: [{ ...trained, manifest: { ...manifest, inputs } }],
  };
  expect(problemsOf(facts(outcome))).toEqual([]);
  expect(formatReport(facts(outcome))).toContain(
    `Sales     14 produced = 12 stored + 2 rejected
          rejected, with an example of each kind (npm run rejected shows more):
            1 × not JSON: is "lamp", should be a JSON object (sales-0, offset 3)
            1 × userId: is missing, should be a string (sales-0, offset 7)
          7,000 more stored from an earlier broker

`,
  );
});

const withTypes = (interactions: number): Outcome => {
  const unknown = 12 - interactions;
  const inputs = {
    ...manifest.inputs,
    interactions,
    unweighted: unknown,
    unknown: { interactions: unknown, types: 1 },
    types: [{ type: 'gift\u001b[31m', interactions: unknown, weight: null }],
  };
  return { ...OUTCOME, windows: [{ ...trained, manifest: { ...manifest, inputs } }] };
};

test('sales whose type has no weight are named with the option to set, without being a problem', () => {
  const outcome = withTypes(9);
  expect(problemsOf(facts(outcome))).toEqual([]);
  const report = formatReport(facts(outcome)).replaceAll(/\s+/g, ' ');
  expect(report).toContain('not trained on, because the type has no weight: 3 sales (gift');
  expect(report).toContain('--type-weights');
  expect(report).not.toContain('\u001b');
});

test('charges are counted in what the run read, and named with the option to set, without being a problem', () => {
  const charges = { interactions: 3, products: [{ product: 'P\u001b', name: 'Postage', interactions: 3 }] };
  const inputs = { ...manifest.inputs, interactions: 9, charges };
  const charged: Outcome = { ...OUTCOME, windows: [{ ...trained, manifest: { ...manifest, inputs } }] };
  expect(problemsOf(facts(charged))).toEqual([]);
  const report = formatReport(facts(charged)).replaceAll(/\s+/g, ' ');
  expect(report).toContain('because they are charges: 3 sales (P');
  expect(report).toContain('--charges NAME=false');
  expect(report).not.toContain('\u001b');
  const nothing = { ...inputs, interactions: 0, charges: { ...charges, interactions: 12 } };
  const empty: Outcome = {
    ...OUTCOME,
    windows: [{ ...trained, manifest: { ...manifest, inputs: nothing } }],
  };
  expect(problemsOf(facts(empty))).toEqual([
    expect.stringMatching(/^Run 1 was trained on nothing: .*charge/),
  ]);
});

test('sales that are dated long after all others are counted, with the moment that they count as made at', () => {
  const inputs = {
    ...manifest.inputs,
    afterNow: { interactions: 1, added: 1, newestMs: Date.UTC(2031, 4, 5) },
  };
  const dated = { ...manifest, asOfMs: Date.UTC(2026, 2, 1), inputs };
  const outcome: Outcome = { ...OUTCOME, windows: [{ ...trained, manifest: dated }] };
  expect(problemsOf(facts(outcome))).toEqual([]);
  expect(formatReport(facts(outcome)).replaceAll(/\s+/g, ' ')).toContain(
    ' Sales dated long after all others: 1 (up to 2031-05-05T00:00:00.000Z); each counts as made at 2026-03-01T00:00:00.000Z ',
  );
  expect(formatReport(facts(OUTCOME))).not.toContain('Sales dated');
});

test('a run that was trained on nothing is a problem that names the types and the option', () => {
  expect(problemsOf(facts(withTypes(0)))).toEqual([
    expect.stringMatching(
      /^Run 1 was trained on nothing: none of the 12 sales has a type with a weight \(gift.* 12\); .*--type-weights/,
    ),
  ]);
});

test('a bucket with sales of an earlier broker only', () => {
  const outcome: Outcome = { ...OUTCOME, sources: new Map([['ffffffff', COUNTS]]) };
  expect(formatReport(facts(outcome, 0))).toContain(
    'Sales     0 produced = 0 stored + 0 rejected\n          12 more stored from an earlier broker\n',
  );
});

test('a run that read more or fewer sales than its windows hold is a problem', () => {
  expect(problemsOf(facts({ ...OUTCOME, sources: sourcesWith({ stored: 11, cut: 11 }) }, 13))).toEqual([
    'Run 1 read 12 sales, but its windows hold 11',
  ]);
});

test('sales that repeat the id of another were read too', () => {
  const windows = OUTCOME.windows.map((one) => ({
    ...one,
    manifest: one.manifest && {
      ...one.manifest,
      inputs: { ...one.manifest.inputs, repeatsById: 3 },
    },
  }));
  const sources = sourcesWith({ stored: 15, cut: 15 });
  expect(problemsOf(facts({ ...OUTCOME, windows, sources }, 17))).toEqual([]);
});

test('a run that left out forgotten users may have read fewer sales, and not more', () => {
  const withForgotten = (cut: number) => ({
    ...OUTCOME,
    sources: sourcesWith({ stored: cut, cut }),
    windows: OUTCOME.windows.map((one) => ({
      ...one,
      manifest: one.manifest && {
        ...one.manifest,
        inputs: { ...one.manifest.inputs, tombstones: { through: 1, interactions: 0 } },
      },
    })),
  });
  expect(problemsOf(facts(withForgotten(15), 17))).toEqual([]);
  expect(problemsOf(facts(withForgotten(11), 13))).toEqual(['Run 1 read 12 sales, but its windows hold 11']);
});

test('a window without a run, sales that no run was trained on, and a run that is not served are problems', () => {
  const failed = {
    ...trained,
    window: { ...window, window: 2 },
    manifest: undefined,
    failures: ['attempt 1: out of memory'],
  };
  expect(
    problemsOf(
      facts({ ...OUTCOME, sources: sourcesWith({ stored: 15 }), windows: [...OUTCOME.windows, failed] }, 17),
    ),
  ).toEqual(['Window 2 has no run: attempt 1: out of memory', 'Run 1 was not trained on 3 stored sales']);
  expect(problemsOf(facts({ ...OUTCOME, current: undefined }))).toEqual([
    'Run 1 is finished, but no run is served',
  ]);
  expect(problemsOf(facts({ ...OUTCOME, sources: new Map(), windows: [], current: undefined }, 0))).toEqual([
    'No window was cut: there was nothing to train on',
  ]);
});

test('control characters in a product name are removed', () => {
  const product = { list: 'any' as const, rank: 1, product: 'p1', name: '\u001b[2Jlamp\n', score: 1 };
  const user = { user: 'ann\u0007', bought: [], recommended: [product] };
  const report = formatReport(facts({ ...OUTCOME, user }));
  expect(report).toContain(' lamp  (p1)');
  expect(report.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

test('control characters in reasons, names of steps and errors of a job are removed, and long errors are shortened', () => {
  const evil = '\u001b]0;title\u0007\u001b[2J\u009b\n! Run 9 is served';
  const outcome: Outcome = {
    ...OUTCOME,
    sources: sourcesWith({ rejected: [{ kind: evil, count: 2, example: evil }] }),
    windows: [
      {
        ...trained,
        window: { ...window, reason: { kind: 'flush', text: evil } },
        manifest: { ...manifest, seconds: { [evil]: 1 } },
      },
      {
        ...trained,
        window: { ...window, window: 2 },
        manifest: undefined,
        failures: [`${evil} ${'at java.lang.Thread.run '.repeat(500)}`],
      },
    ],
  };
  const report = formatReport(facts(outcome));
  expect(report.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  expect(report).not.toMatch(/^! Run 9/m);
  expect(report.length).toBeLessThan(4_000);
  expect(report.split('\n').filter((line) => line.length > 110)).toEqual([]);
});

test('of many kinds of rejected records the most frequent five have an example, and the others a count', () => {
  const rejected = Array.from({ length: 8 }, (_, index) => ({
    kind: `field${index}`,
    count: 1_000 - index,
    example: `field${index}: is "${'x'.repeat(200)}", should be short (sales-0, offset ${index})`,
  }));
  const report = formatReport(facts({ ...OUTCOME, sources: sourcesWith({ rejected }) }));
  expect(report).toContain('            1,000 × field0: is "xxx');
  expect(report).toContain('\n            and field5 995, field6 994, field7 993\n');
  expect(report.split('\n').filter((line) => line.length > 110)).toEqual([]);
});

test('a run without products says that nothing is left to recommend, and not what it was trained on', () => {
  const counts = { ...manifest.counts, products: 0, users: 0, recommendations: 0 };
  const outcome: Outcome = { ...OUTCOME, windows: [{ ...trained, manifest: { ...manifest, counts } }] };
  const report = formatReport(facts(outcome)).replaceAll(/\s+/g, ' ');
  expect(report).toContain('read 12 sales, but nothing to recommend is left of them');
  expect(report).not.toContain('0 products');
});

test('there is no ratio to a baseline of 0', () => {
  const nothing = { value: 0, n: 3, low: 0, high: 0 };
  const half = { value: 0.5, n: 3, low: 0.4, high: 0.6 };
  const quality = { any: { model: half, popularity: nothing }, new: null };
  const report = formatReport(
    facts({ ...OUTCOME, windows: [{ ...trained, manifest: { ...manifest, quality } }] }),
  );
  expect(report).toContain(
    'Run 1     Top picks (any): 0.500 (0.400–0.600), popularity 0.000 (0.000–0.000), 3 users',
  );
  expect(report).toContain('          Discoveries (new): not measured, because no sales could be held out');
});

test('long names are shortened, so that a report stays within 110 columns', () => {
  const long = {
    list: 'any' as const,
    rank: 1,
    product: 'p'.repeat(256),
    name: 'lamp '.repeat(200),
    score: 1,
  };
  const user = {
    user: 'u'.repeat(256),
    bought: Array.from({ length: 5 }, (_, index) => ({
      ...long,
      product: `p${index}`,
      name: `${index}${long.name}`,
    })).map(({ product, name }) => ({ product, name, quantity: 1, atMs: 0 })),
    recommended: [long, { ...long, list: 'new' as const }],
  };
  const lines = formatReport(facts({ ...OUTCOME, user })).split('\n');
  expect(lines.filter((line) => line.length > 110)).toEqual([]);
  expect(lines.join('\n')).toContain(`User      ${'u'.repeat(43)}… bought 0lamp`);
});

test('a window from an earlier start has no times; a user without discoveries has an empty column', () => {
  const again = { ...facts(OUTCOME), sightings: new Map() };
  expect(formatReport(again)).toContain('from an earlier start');
  const seenBefore = new Map([[1, new Map<Milestone, number>([['cut', Number.NaN]])]]);
  expect(formatReport({ ...again, sightings: seenBefore })).toContain('from an earlier start');
  const recommended = [1, 2].map((rank) => ({
    list: 'any' as const,
    rank,
    product: `p${rank}`,
    name: null,
    score: 1,
  }));
  expect(formatReport(facts({ ...OUTCOME, user: { user: 'ann', bought: [], recommended } }))).toMatch(
    /\n {11}1 {2}p1\n {11}2 {2}p2\n/,
  );
});

test('shows a purchase that changed an answer, and the address of the API', () => {
  const purchase = {
    user: 'u0016',
    before: [
      { product: 'p1', name: 'Desk lamp', rank: 1, score: 1 },
      { product: 'p2', rank: 2, score: 0.5 },
    ],
    after: [{ product: 'p2', rank: 1, score: 0.5 }],
    acceptedMs: 12.4,
    changedMs: 81.6,
  };
  const report = formatReport({ ...facts(OUTCOME), apiUrl: 'http://127.0.0.1:2', purchase });
  expect(report).toContain(`Live      u0016 asks for Discoveries (new): Desk lamp (p1), p2
          buys Desk lamp (p1): on the topic after 12 ms, in the answer after 82 ms: p2
          curl "http://127.0.0.1:2/v1/users/u0016/recommendations?list=new&n=5"

Charts    http://127.0.0.1:1/charts/index.html
API       http://127.0.0.1:2/v1/docs
Shop      http://127.0.0.1:2/shop`);
  expect(formatReport(facts(OUTCOME))).not.toContain('API');
});

test('a purchase that did not change the answer is a problem', () => {
  const failed = { ...facts(OUTCOME), purchase: { problem: 'Cannot see the purchase of p1' } };
  expect(problemsOf(failed)).toEqual(['Cannot see the purchase of p1']);
  expect(formatReport(failed)).toContain('! Cannot see the purchase of p1');
});
