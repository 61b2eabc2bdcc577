import { expect, test } from 'vitest';
import { readOutcomes } from '../../../lambdas/render/decisions.ts';
import type { PageData } from '../../../lambdas/render/page/data.ts';
import { spans } from '../../../lambdas/render/page/inputs.ts';
import { runPage } from '../../../lambdas/render/page.ts';
import { manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import { Diff, GraphFacts, Network, SalesSummary } from '../../../lambdas/shared/contract/summaries.ts';
import { memoryLake } from '../../lake.ts';
import { pagesRun, storePagesRun } from '../pages-samples.ts';
import { EVIL_USER } from '../sample-shop.ts';
import { ATTACK, runDataOf, sampleRun } from '../samples.ts';

const NO_NETWORK = Network.parse({
  vertices: { ids: [], labels: [], communities: [], degrees: [], sales: [] },
  edges: { sources: [], targets: [], kinds: [], strengths: [] },
  chosen: '',
  leftOut: { vertices: 0, edges: 0 },
});

const PICTURE = {
  name: 'degrees',
  svg: '<svg id="drawn"><use href="#drawn"/></svg>',
  caption: `Most: ${ATTACK}`,
  alternative: `Half are ${ATTACK}`,
  specification: { file: 'degrees.vl.json', language: 'Vega-Lite' },
} as const;

/** The first run, not yet decided, without an interactive graph. */
function plain(options: { isEmpty?: boolean } = {}): PageData {
  const sample = sampleRun(1, options);
  return {
    ...runDataOf(sample),
    diff: Diff.parse({ run: 1, previous: null, changes: null }),
    users: sample.documents['summary/users.json'].users,
    network: NO_NETWORK,
    pictures: options.isEmpty ? [] : [PICTURE],
  };
}
const data = plain();

/** Run 2 of a shop, decided after run 1, with every document. */
const lake = memoryLake();
for (const run of [1, 2]) await storePagesRun(lake, run);
const { manifest, documents } = pagesRun(2);
const whole: PageData = {
  ...data,
  manifest,
  facts: GraphFacts.parse(documents['graph.json']),
  diff: Diff.parse(documents['diff.json']),
  sales: SalesSummary.parse(documents['summary/sales.json']),
  network: Network.parse(documents['summary/network.json']),
  metrics: documents['metrics.json'] as PageData['metrics'],
  runs: await readOutcomes(lake, manifest),
};
const wholePage = runPage(whole);

test('a picture is part of the page, with a text for screen readers', () => {
  const page = runPage(data);
  expect(page).toContain('<svg aria-hidden="true" id="degrees-drawn"><use href="#degrees-drawn"/></svg>');
  expect(page).toContain('aria-label="Half are &lt;script&gt;alert(&quot;lamp&quot;)&lt;/script&gt;"');
  expect(page).not.toContain('<script');
  for (const file of ['degrees.svg', 'degrees.png', 'degrees.vl.json'])
    expect(page).toContain(`href="${file}"`);
});

test('every picture and table has a unique name; screen readers skip the marks of a picture', () => {
  const page = runPage({
    ...data,
    pictures: (['degrees', 'top-products'] as const).map((name) => ({ ...PICTURE, name })),
  });
  expect(page.match(/aria-label="Picture[^"]*"/g)).toEqual([
    'aria-label="Picture: degrees"',
    'aria-label="Picture: top products"',
  ]);
  expect(page.match(/<svg[^>]*>/g)).toEqual([
    '<svg aria-hidden="true" id="degrees-drawn">',
    '<svg aria-hidden="true" id="top-products-drawn">',
  ]);
  expect(wholePage.match(/<table[^>]*>/g)?.filter((table) => !/aria-label="\w/.test(table))).toEqual([]);
  expect(wholePage).toContain('<table aria-label="Files of the run">');
});

test('the browser requests no icon', () => {
  expect(wholePage).toContain('<link rel="icon" href="data:,">');
});

test("the run's files are linked from the page's place in the bucket", () => {
  const place = new URL('https://bucket/charts/00000001/index.html');
  const links = [...runPage(data).matchAll(/href="(\.\.[^"]*)"/g)].map(
    ([, link = '']) => new URL(link, place).pathname,
  );
  expect(new Set(links)).toEqual(
    new Set([
      '/charts/index.html',
      '/charts/00000001/index.html',
      ...data.manifest.files.map(({ key }) => `/${key}`),
      `/${manifestKey(1)}`,
    ]),
  );
});

test('files in many parts are counted and not linked one by one', () => {
  expect(wholePage).toContain('<td>explorer/users-NNNNN.json.gz</td><td class="number">2</td>');
  for (const table of ['users', 'products', 'names']) expect(wholePage).not.toContain(`${table}-00000.json`);
});

test('model and popularity are in one table, with interval and number of users', () => {
  expect(runPage(data)).toContain(
    '<td><strong>model</strong></td><td class="number">0.400 <span>(0.300–0.500)</span></td>',
  );
  expect(runPage(data)).toContain(
    '<td>popularity</td><td class="number">0.250 <span>(0.150–0.350)</span></td>',
  );
  expect(wholePage).toContain(
    '<td>the served run</td><td class="number">0.300 <span>(0.280–0.320)</span></td>',
  );
});

test('quality is shown by length of history and by popularity of the product, each with its n', () => {
  expect(wholePage).toContain(
    '<td>10 or more</td><td class="number">0.372 <span>(0.342–0.402)</span>, n 332</td>',
  );
  expect(wholePage).toContain('<td>tenth 10 (least bought)</td>');
  expect(runPage(data)).not.toContain('tenth 1');
});

test('each part has the difference to the best baseline and to the served run, if there was one, with its n', () => {
  expect(wholePage).toContain('<th scope="col" class="number">model minus personal frequency</th>');
  expect(wholePage).toContain(
    '<td class="number">−0.004 (−0.014 to +0.006), n 120</td><td class="number">−0.002 (−0.022 to +0.018), n 120</td>',
  );
  // The last tenth was not compared with the served run, and no list was in runs of earlier versions.
  expect(wholePage.match(/model minus the served run/g)).toHaveLength(1);
  const earlier = { ...whole.metrics, differences: { any: null, new: null } };
  expect(runPage({ ...whole, metrics: earlier })).not.toContain('model minus');
});

test('the page says how many of the purchases were among the candidates, by list', () => {
  expect(wholePage).toContain('91.0 % of these 12,345 purchases are among the candidates of their user');
  expect(wholePage).toContain('No list could contain the other 901.');
  expect(wholePage).toContain(
    '79 measured users had bought or viewed more products than can be candidates; 6,543',
  );
  expect(runPage(data)).not.toContain('candidates');
  const all = { users: 0, products: 0, heldOut: 0 };
  const { candidates } = whole.metrics;
  const metrics = { ...whole.metrics, candidates: candidates && { ...candidates, ownLeftOut: all } };
  expect(runPage({ ...whole, metrics })).not.toContain('than can be candidates');
});

test('the decision is at the top, with the numbers that it is based on', () => {
  expect(wholePage).toContain('<span class="good">✓ promoted</span>: better than run 1 by +0.010');
  expect(wholePage).toContain(
    '<td>Top picks</td><td>trees</td><td>personal frequency</td><td class="number">+0.030 (+0.018 to +0.042)</td><td class="number">+0.010 (−0.010 to +0.030)</td>',
  );
  expect(wholePage).toContain('How well run 1 predicted the newest sales of window 2');
});

test('the types of sales are listed with their weights; unknown ones are marked, and their names are text', () => {
  const types = [
    { type: 'purchase', interactions: 1_200, weight: 1 },
    { type: '<b>gift</b>', interactions: 30, weight: null },
  ];
  const trainedOn = {
    ...data.manifest.inputs,
    unweighted: 40,
    unknown: { interactions: 40, types: 4 },
    types,
  };
  const page = runPage({ ...data, manifest: { ...data.manifest, inputs: trainedOn } });
  expect(page).toContain('purchase: 1,200 (weight 1)');
  expect(page).toContain('&lt;b&gt;gift&lt;/b&gt;: 30 (<span class="bad">unknown, not trained on</span>)');
  expect(page).toContain('3 more unknown types');
});

test('charges are listed, and their names are text; without any there is no row', () => {
  const charges = {
    interactions: 50,
    products: [
      { product: 'POST', name: '<i>Postage</i>', interactions: 30 },
      { product: 'Tax', name: null, interactions: 15 },
    ],
  };
  const inputs = { ...data.manifest.inputs, charges };
  const page = runPage({ ...data, manifest: { ...data.manifest, inputs } });
  expect(page).toContain('POST “&lt;i&gt;Postage&lt;/i&gt;”: 30<br>Tax: 15<br>others: 5');
  expect(runPage(data)).not.toContain('because they are charges');
});

test('the table says how the run compares where the served run has a list, which leaves out users without one', () => {
  const { gate } = whole.manifest;
  const any = gate?.any && {
    ...gate.any,
    overServedLists: { value: 0.002, n: 140, low: -0.01, high: 0.012 },
  };
  const page = runPage({
    ...whole,
    manifest: { ...whole.manifest, gate: gate && { ...gate, any: any ?? null } },
  });
  expect(page).toContain('<td class="number">+0.002 (−0.010 to +0.012), 140 users</td>');
  expect(page).toContain('A user to whom the served run gives no list counts with 0 for that run.');
});

test('the page says when a run was not decided, and when no sales were held out', () => {
  expect(runPage(data)).toContain('No decision had been made when this page was drawn');
  expect(runPage(data)).toContain('No sales could be held out, so there are no numbers to decide by.');
});

test('a run that was compared with no served run does not say that none is served', () => {
  const { gate } = whole.manifest;
  const alone = { ...whole.manifest, gate: gate && { ...gate, served: null } };
  expect(runPage({ ...whole, manifest: alone })).toContain('There was no served run to compare with.');
});

test('the reason of a decision names the lists as the page does', () => {
  const reason = 'worse than run 1: any −0.021 (−0.041 to −0.001, 400 users)';
  const runs = whole.runs.map((run) => ({ ...run, decision: 'refused' as const, reason }));
  expect(runPage({ ...whole, runs })).toContain('</span>: worse than run 1: Top picks −0.021 (');
});

test('the reason of a refusal is shown as text', () => {
  const runs = whole.runs.map((run) => ({ ...run, decision: 'refused' as const, reason: ATTACK }));
  expect(runPage({ ...whole, runs })).toContain('✗ refused</span>: &lt;script&gt;');
});

test('all runs are listed newest first, each with a link to its page', () => {
  const links = [...wholePage.matchAll(/href="\.\.\/(\d{8})\/index\.html">/g)].map(([, run]) => Number(run));
  expect(links).toEqual([2, 1, 1]);
});

test('changes since the previous run: edges, churn, exposure', () => {
  expect(wholePage).toContain('<h2 id="difference">Changes since run 1, trained before it</h2>');
  expect(wholePage).toContain('<dt>Recommendations added</dt><dd>1,234</dd>');
  expect(wholePage).toContain('<dt>Mean change of a user’s Top picks</dt><dd>21.3 %</dd>');
  expect(wholePage).toContain('<td>none</td><td class="number">20</td>');
  expect(wholePage).toContain(
    '<td class="number">22</td><td class="number">9</td><td class="number">−13</td>',
  );
  expect(wholePage).toContain('Products in more lists than before (3 of 3)');
  expect(wholePage).toContain(
    '<td>Top picks</td><td class="number">280 of 300</td><td class="number">14</td><td class="number">0</td><td class="number">65.2 %</td><td class="number">5</td><td class="number">4</td><td class="number">987</td>',
  );
  expect(wholePage).toContain('<td>Discoveries</td><td class="number">0 of 0</td>');
  const { changes: found } = whole.diff;
  const uncounted = found && {
    ...found,
    totals: null,
    exposure: { ...found.exposure, products: null },
  };
  const earlier = runPage({ ...whole, diff: { ...whole.diff, changes: uncounted } });
  expect(earlier).toContain('Products in more lists than before (at most 20)');
  expect(earlier).not.toContain('Mean overlap');
  expect(runPage(data)).toContain('This is the first run; there is nothing to compare it with.');
  const gone = {
    ...whole.diff,
    run: 2,
    previous: { run: 1, asOfMs: 0 },
    changes: null,
    reason: 'its lists of <run 1> are gone',
  };
  const page = runPage({ ...whole, diff: gone });
  expect(page).toContain(
    '<p>This run cannot be compared with run <a href="../00000001/index.html">1</a>, whose',
  );
  expect(page).toContain(': its lists of &lt;run 1&gt; are gone.</p>');
});

test('the graph in numbers: exposure, communities with their products, tails', () => {
  expect(wholePage).toContain('<dd>40.2 %</dd>');
  expect(wholePage).toContain('Blue glass lamp (p0000) · &lt;script&gt;');
  expect(wholePage).toContain(
    'with at least 4 links has the exponent 2.31; other distributions were not tested.',
  );
  expect(wholePage).toContain(
    '<td>Top picks</td><td class="number">600</td><td class="number">70.0 %</td><td class="number">20.0 %</td>',
  );
});

test('the data of the interactive graph cannot end its element, and its script is the only one', () => {
  expect(wholePage.match(/<script[ >]/g)).toEqual(['<script ', '<script>']);
  const [, json = ''] = /<script type="application\/json" id="network-data">([^<]*)</.exec(wholePage) ?? [];
  expect(JSON.parse(json).ids[0]).toBe(`u${EVIL_USER}`);
});

test('the sentence about the chosen part of the graph ends with one full stop, whether the run wrote one or not', () => {
  for (const chosen of ['The busiest; list new is left out', 'The busiest; list new is left out.'])
    expect(runPage({ ...whole, network: { ...whole.network, chosen } })).toContain(
      'is left out. Shown: 90 users and products',
    );
});

test('a dash shows that a user has no further discovery', () => {
  const [user] = data.users;
  if (!user) throw new Error('The sample has no user');
  const recommended = user.recommended.filter(({ list }) => list === 'any');
  expect(runPage({ ...data, users: [{ ...user, recommended }] })).toContain('(lamp2)</td><td>–</td>');
});

test('a run without holdout, user or picture has a page that says so', () => {
  const page = runPage(plain({ isEmpty: true }));
  expect(page).toContain('No sales could be held out to measure quality');
  for (const id of ['user', 'pictures']) expect(page).not.toContain(`id="${id}"`);
});

test('the page shows the inputs: offsets, model and versions', () => {
  const page = runPage(data);
  expect(page).toContain('0a1b2c3d/sales/000000: 0–11');
  expect(page).toContain('&quot;seed&quot;:42');
  expect(page).toContain('cartograph 0.1.0, spark 4.0.1');
});

test('the page says how many sales are dated long after all others, and when they count as made', () => {
  const row = 'Sales dated long after all others';
  expect(runPage(data)).toMatch(new RegExp(`${row}</t[dh]><td[^>]*>0</td>`));
  const { manifest } = data;
  const afterNow = { interactions: 7, added: 3, newestMs: Date.UTC(2031, 4, 5) };
  const page = runPage({ ...data, manifest: { ...manifest, inputs: { ...manifest.inputs, afterNow } } });
  expect(page).toContain('7, up to <time>2031-05-05</time>');
  expect(page).toContain('they count as made on');
});

test('the page says how many sales were left out because their users were forgotten, if the run knows of any', () => {
  const row = 'Sales left out because their users were forgotten';
  expect(runPage(data)).not.toContain(row);
  const inputs = { ...data.manifest.inputs, tombstones: { through: 3, interactions: 1234 } };
  const page = runPage({ ...data, manifest: { ...data.manifest, inputs } });
  expect(page).toContain(row);
  expect(page).toContain('1,234');
});

test('consecutive numbers are shown as spans', () => {
  expect([spans([1, 2, 3, 5]), spans([7]), spans([])]).toEqual(['1–3, 5', '7', '']);
});

test('where users have pseudonyms, the page and its graph say so; otherwise they do not mention pseudonyms', () => {
  const keyed = runPage({ ...whole, hasPseudonyms: true });
  expect(keyed).toContain('Users are shown under pseudonyms, not under their ids in the shop.</p>');
  const network = (page: string) =>
    JSON.parse(/id="network-data">(.*?)<\/script>/s.exec(page)?.[1] ?? '{}').hasPseudonyms;
  expect(network(keyed)).toBe(true);
  expect(network(wholePage)).toBeUndefined();
  expect(runPage({ ...whole, hasPseudonyms: false })).toBe(wholePage);
  expect(wholePage.replaceAll(/<script>.*?<\/script>/gs, '')).not.toMatch(/pseudonym/i);
});
