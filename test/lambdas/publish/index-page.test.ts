import { expect, test } from 'vitest';
import { currentAfter, decide } from '../../../lambdas/publish/decide.ts';
import { indexPage } from '../../../lambdas/publish/index-page.ts';
import { sampleCosts } from '../cost-samples.ts';
import { ATTACK, sampleRun } from '../samples.ts';

const first = decide({ run: 1, manifest: sampleRun(1).manifest }, undefined);
const current = currentAfter(first, undefined);
const second = decide({ run: 2, manifest: undefined, problem: ATTACK }, current);

test('the served run is at the top with its size and pictures, the decisions are below', () => {
  const page = indexPage(currentAfter(second, current), [second, first]);
  expect(page).toContain('<title>Cartograph: run 1</title>');
  expect(page).toContain(
    'It was trained on 12 sales of 4 products to 3 users; the newest sale is from <time>2026-06-30</time> 12:00 UTC.',
  );
  expect(page.match(/<img src="[^"]*"/g)).toEqual([
    '<img src="00000001/recommendation-graph.svg"',
    '<img src="00000001/top-products.svg"',
    '<img src="00000001/degrees.svg"',
  ]);
  expect(page).toContain(
    'alt="The recommendation graph (described on the run’s page)" data-title="The recommendation graph"',
  );
  expect(page.indexOf('>refused: ')).toBeGreaterThan(0);
  expect(page.indexOf('>refused: ')).toBeLessThan(
    page.indexOf('>promoted: not measured: no user bought both before and in the holdout<'),
  );
});

test('every link is relative, so that the page works from any place', () => {
  const links = [...indexPage(current, [first]).matchAll(/<(?:a|img) [^>]*(?:href|src)="([^"#][^"]*)"/g)].map(
    ([, link]) => link,
  );
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect(link).toMatch(/^0000000\d\/[a-z-]+\.(html|svg)$/);
});

test('a reason is shown as text, whatever the manifest contains', () => {
  const page = indexPage(currentAfter(second, current), [second, first]);
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).toContain('refused: &lt;script&gt;alert(&quot;lamp&quot;)&lt;/script&gt;');
});

test('the reason of a decision names the lists as the page does; the words any and new stay elsewhere', () => {
  const reason = 'better than any other: any +0.100 over popularity; new −0.010 over run 3';
  expect(indexPage(current, [{ ...first, reason }])).toContain(
    'better than any other: Top picks +0.100 over popularity; Discoveries −0.010 over run 3',
  );
});

test('the model is compared with popularity; a run without a holdout has a dash', () => {
  expect(indexPage(current, [first])).toContain('<td class="number">0.500 vs. 0.250</td>');
  const empty = decide({ run: 1, manifest: sampleRun(1, { isEmpty: true }).manifest }, undefined);
  expect(indexPage(currentAfter(empty, undefined), [empty])).toContain('<td class="number">–</td>');
});

test('the page says what runs cost, and which windows wait', () => {
  expect(indexPage(current, [first])).toContain('No run is billed yet.');
  const waiting = {
    window: 8,
    attempt: 1,
    month: '2026-11',
    atMs: 0,
    committedUsd: 9.9,
    forecastUsd: 0.2,
    ceilingUsd: 10,
  };
  const page = indexPage(current, [first], { runs: sampleCosts(8), waiting: [waiting] });
  expect(page).toContain(
    'Run 8 cost $0.086, $0.00089 for 1,000 sales, $0.011 for 1,000 users, $2.61 a month at this pace.',
  );
  expect(page).toContain(
    'Window 8 waits for the next month: training in 2026-11 has cost $9.90 of $10.00, and this run is expected to cost $0.20. It starts by itself on 2026-12-01 (UTC); npm run retry -- --window 8 --over-budget starts it now.',
  );
});

test('without a served run the page says so and shows no picture', () => {
  const refused = decide({ run: 1, manifest: undefined, problem: 'it is not JSON' }, undefined);
  const page = indexPage(currentAfter(refused, undefined), [refused]);
  expect(page).toContain('No run is served yet');
  expect(page).not.toContain('<img');
});

test('a served run whose decision is no longer listed still has its pictures', () => {
  const page = indexPage({ ...current, publication: 200, decidedThrough: 200 }, [second]);
  expect(page).toContain('Run <a href="00000001/index.html">1</a> is served.');
  expect(page).not.toContain('It was trained on');
});

test('the page holds the pointer that it was written for, so that an open page recognizes a newer one', () => {
  expect(indexPage(current, [first])).toContain('data-state="1 1"');
  const refused = decide({ run: 1, manifest: undefined, problem: 'it is not JSON' }, undefined);
  expect(indexPage(currentAfter(refused, undefined), [refused])).toContain('data-state="1 none"');
});

test('where users have pseudonyms the page says so, and its script has the settings', () => {
  const page = indexPage(current, [first], { explorer: { stackName: 'Lamps </script>' } });
  expect(page).toContain('Users are shown under pseudonyms, not under their ids in the shop.');
  expect(page).toContain(
    '<script type="application/json" id="explorer-settings">{"stackName":"Lamps \\u003c/script>"}</script>',
  );
  expect(page).toContain('connect-src &#39;self&#39;"');
  const plain = indexPage(current, [first]);
  expect(plain).not.toMatch(/explorer-settings|code_challenge/);
  expect(plain.replaceAll(/<script>.*?<\/script>/gs, '')).not.toContain('pseudonym');
});

test('the page may ask the API and the issuer, and no other server', () => {
  const signIn = { issuer: 'https://login.example.com/pool', clientId: 'page', scopes: [] };
  const policyOf = (endpoints?: { authorization: string; token: string }) =>
    /connect-src [^"]*/.exec(
      indexPage(current, [first], {
        explorer: {
          stackName: 'Lamps',
          api: { url: 'https://api.example.com', signIn: { ...signIn, ...(endpoints && { endpoints }) } },
        },
      }),
    )?.[0];
  expect(policyOf()).toBe('connect-src &#39;self&#39; https://api.example.com https://login.example.com');
  expect(policyOf({ authorization: 'https://a.example.com/x', token: 'https://api.example.com/token' })).toBe(
    'connect-src &#39;self&#39; https://api.example.com',
  );
});
