import { expect, test } from 'vitest';
import { runPage } from '../../../lambdas/render/page.ts';
import { ATTACK, sampleRun } from '../samples.ts';

const { manifest, documents } = sampleRun(1);
const data = {
  manifest,
  metrics: documents['metrics.json'],
  users: documents['summary/users.json'].users,
  pictures: [{ name: 'degrees' as const, svg: '<svg id="drawn"></svg>', caption: `Most: ${ATTACK}` }],
};

test('a picture stands in the page itself, with its caption as text for those who cannot see it', () => {
  const page = runPage(data);
  expect(page).toContain('<svg id="drawn"></svg>');
  expect(page).toContain('aria-label="Most: &lt;script&gt;alert(&quot;lamp&quot;)&lt;/script&gt;"');
  expect(page).not.toContain('<script');
  for (const file of ['degrees.svg', 'degrees.png', 'degrees.vg.json'])
    expect(page).toContain(`href="${file}"`);
});

test("the run's files are linked from the page's place in the bucket", () => {
  const place = new URL('https://bucket/charts/00000001/index.html');
  const links = [...runPage(data).matchAll(/href="(\.\.[^"]*)"/g)].map(
    ([, link = '']) => new URL(link, place).pathname,
  );
  expect(links).toEqual(['/charts/index.html', ...manifest.files.map(({ key }) => `/${key}`)]);
});

test('model and popularity stand side by side, with interval and number of users', () => {
  expect(runPage(data)).toContain('<td>new</td><td>model</td><td class="number">0.400 (0.300–0.500)</td>');
  expect(runPage(data)).toContain(
    '<td>any</td><td>popularity</td><td class="number">0.250 (0.150–0.350)</td>',
  );
});

test('a user has a dash where there is no further new product', () => {
  const [user] = data.users;
  if (!user) throw new Error('The sample has no user');
  const recommended = user.recommended.filter(({ list }) => list === 'any');
  expect(runPage({ ...data, users: [{ ...user, recommended }] })).toContain('(lamp2)</td><td>–</td>');
});

test('a run without holdout, user or picture has a page that says so', () => {
  const empty = sampleRun(1, { isEmpty: true });
  const page = runPage({
    manifest: empty.manifest,
    metrics: empty.documents['metrics.json'],
    users: [],
    pictures: [],
  });
  expect(page).toContain('No holdout could be made');
  expect(page).not.toContain('One user');
});

test('what went in stands in the page: offsets, model and versions', () => {
  const page = runPage(data);
  expect(page).toContain('0a1b2c3d/sales/000000: 0–11');
  expect(page).toContain('&quot;seed&quot;:42');
  expect(page).toContain('cartograph 0.1.0, spark 4.0.1');
});
