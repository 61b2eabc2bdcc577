import { expect, test } from 'vitest';
import { createPersonIds, type KeyedIds } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { createReveal, usersInExport } from '../../../local/results/reveal.ts';

const ids = createPersonIds('keyed', createPersonKey('a secret of a small shop, with 40 letters'));
const persons = ids as KeyedIds;
const [ann, bob, odd] = ['ann', 'bob', 'Doe, "J" <é>'].map((id) => persons.stored(id));

const LIST = ['ann', 'Doe, "J" <é>', 'never a customer'];
async function revealed(name: string, text: string, list: readonly string[] = LIST) {
  const reveal = createReveal(list, persons);
  const bytes = await reveal.file(name, Buffer.from(text));
  return { text: bytes && Buffer.from(bytes).toString(), reveal };
}

test('recommendations get the ids of the list; other users, and every other cell, stay as they are', async () => {
  const { text, reveal } = await revealed(
    'recommendations.csv',
    `user,product,list,rank,score\n${ann},"a, ""b""",any,1,0.5\n${ann},p2,new,1,0.25\n${bob},${ann},any,1,0.5\n${odd},é,any,1,0.5\n`,
  );
  expect(text).toBe(
    `user,product,list,rank,score\nann,"a, ""b""",any,1,0.5\nann,p2,new,1,0.25\n${bob},${ann},any,1,0.5\n"Doe, ""J"" <é>",é,any,1,0.5\n`,
  );
  expect(reveal.users).toEqual({ revealed: 2, others: 1 });
});

test('vertices get the id and the label; a product whose id is a pseudonym stays as it is', async () => {
  const { text, reveal } = await revealed(
    'graph/vertices.csv',
    `id,kind,label,sales\np:${ann},product,${ann},3\np:x,product,"two\nlines, ${ann}",1\nu:${ann},user,${ann},3\nu:${odd},user,${odd},3\nu:${bob},user,${bob},\n`,
  );
  expect(text).toBe(
    `id,kind,label,sales\np:${ann},product,${ann},3\np:x,product,"two\nlines, ${ann}",1\nu:ann,user,ann,3\n"u:Doe, ""J"" <é>",user,"Doe, ""J"" <é>",3\nu:${bob},user,${bob},\n`,
  );
  expect(reveal.users).toEqual({ revealed: 2, others: 1 });
});

test('edges get the id of their source, never of their target', async () => {
  const { text } = await revealed(
    'graph/edges-00001.csv',
    `source,target,kind\nu:${ann},p:${ann},bought\np:${ann},p:x,similar\nu:${bob},p:x,bought\n`,
  );
  expect(text).toBe(`source,target,kind\nu:ann,p:${ann},bought\np:${ann},p:x,similar\nu:${bob},p:x,bought\n`);
});

test('GraphML gets the ids of nodes and edges, and the labels of users', async () => {
  const node = (id: string, kind: string, label: string) =>
    `<node id="${id}"><data key="v1">${kind}</data><data key="v2">${label}</data><data key="v5">3</data></node>\n`;
  const edge = (source: string, target: string) =>
    `<edge source="${source}" target="${target}"><data key="e2">bought</data></edge>\n`;
  const { text, reveal } = await revealed(
    'graph/graph.graphml',
    node('p:x', 'product', `&lt;node id="u:${ann}"&gt;`) +
      node(`p:${ann}`, 'product', `${ann}`) +
      node(`u:${ann}`, 'user', `${ann}`) +
      node(`u:${odd}`, 'user', `${odd}`) +
      node(`u:${bob}`, 'user', `${bob}`) +
      edge(`u:${ann}`, `p:${ann}`) +
      edge(`u:${odd}`, 'p:x') +
      edge(`u:${bob}`, 'p:x'),
  );
  const escaped = 'Doe, &quot;J&quot; &lt;é&gt;';
  expect(text).toBe(
    node('p:x', 'product', `&lt;node id="u:${ann}"&gt;`) +
      node(`p:${ann}`, 'product', `${ann}`) +
      node('u:ann', 'user', 'ann') +
      node(`u:${escaped}`, 'user', escaped) +
      node(`u:${bob}`, 'user', `${bob}`) +
      edge('u:ann', `p:${ann}`) +
      edge(`u:${escaped}`, 'p:x') +
      edge(`u:${bob}`, 'p:x'),
  );
  expect(reveal.users).toEqual({ revealed: 2, others: 1 });
});

test('other files are none in which users are revealed', async () => {
  for (const name of [
    'recommendations/part-00000.parquet',
    'graph/vertices-00000.parquet',
    'model/histories-00000.json.gz',
    'summary/users.json',
    'old/recommendations.csv',
  ])
    expect((await revealed(name, `user\n${ann}\n`)).text).toBeUndefined();
});

test('a file of several megabytes keeps all its rows', async () => {
  const row = (user: string) => `${user},p1,any,1,0.5\n`;
  const rows = 100_000;
  const { text } = await revealed('recommendations.csv', `user,product\n${row(ann ?? '').repeat(rows)}`);
  expect(text === `user,product\n${row('ann').repeat(rows)}`).toBe(true);
});

test('the output counts the users under both kinds of ids', () => {
  expect(usersInExport({ users: { revealed: 1, others: 2 } })).toBe(
    '1 user revealed in the CSV files and the GraphML file; 2 users whom the list does not have, and all in the other files, under pseudonyms',
  );
  expect(usersInExport(undefined)).toBe(
    'users are exported under pseudonyms; --reveal FILE replaces those of users whom a list has',
  );
});
