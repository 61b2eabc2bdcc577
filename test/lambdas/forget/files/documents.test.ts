import { expect, test } from 'vitest';
import {
  graphEdits,
  networkEdits,
  rewriteDocument,
  usersEdits,
} from '../../../../lambdas/forget/files/documents.ts';
import { GraphSummary, Network } from '../../../../lambdas/shared/contract/summaries.ts';
import { sampleRun } from '../../samples.ts';
import { changedBytes, erasing } from './erasing.ts';

const documents = sampleRun(1).documents;

const rewrite = async (
  document: unknown,
  edits: typeof usersEdits,
  ...users: readonly string[]
): Promise<unknown> => {
  const bytes = Buffer.from(JSON.stringify(document));
  const rewritten = await rewriteDocument(bytes, (text) => edits(text, erasing(users)));
  return rewritten.changed ? JSON.parse(changedBytes(rewritten).toString()) : 'unchanged';
};

test('the example of a user is left out', async () => {
  const users = documents['summary/users.json'];
  expect(await rewrite(users, usersEdits, 'ann & bob')).toEqual({ users: [] });
  expect(await rewrite(users, usersEdits, 'ann', 'lamp2')).toBe('unchanged');
});

test('the picture loses the user, the lines of the user, and the products that no line leads to any more', async () => {
  const chosen = 'The 4 products that are in the most lists, and 2 users who have most of them';
  const { shown, ...whole } = documents['summary/graph.json'];
  const lonely = { ...shown.vertices.at(-1), id: 'p:lonely' };
  const summary = GraphSummary.parse({
    ...whole,
    chosen,
    shown: { ...shown, vertices: [...shown.vertices, lonely] },
  });
  const { vertices, edges } = summary.shown;
  expect(await rewrite(summary, graphEdits, 'ann')).toEqual({
    ...summary,
    chosen: 'The 3 products that are in the most lists, and 1 users who have most of them',
    shown: {
      vertices: vertices.filter(({ id }) => id !== 'u:ann' && id !== 'p:lamp2'),
      edges: edges.filter(({ source }) => source !== 'u:ann'),
    },
  });
  expect(await rewrite(summary, graphEdits, 'lamp1', 'carol')).toBe('unchanged');
  expect(await rewrite(summary, graphEdits, 'ann', 'bob')).toMatchObject({
    shown: { vertices: [{ id: 'p:lonely' }], edges: [] },
  });
});

test('the interactive graph loses the user, and its edges still lead to the same vertices', async () => {
  const network = Network.parse({
    vertices: {
      ids: ['u:1', 'p:2', 'p:1', 'u:11', 'p:3', 'p:4'],
      labels: ['1', 'Two', '1', '11', 'Three', 'Four'],
      communities: [0, 1, -1, 0, 2, 3],
      degrees: [5, 4, 3, 2, 1, 0],
      sales: [1, 2, 3, 4, 5, 6],
    },
    edges: {
      sources: [0, 3, 0, 1, 0],
      targets: [1, 2, 2, 2, 4],
      kinds: [0, 0, 1, 2, 1],
      strengths: [1, 0.5, 0.25, 1, 0.125],
    },
    chosen:
      'All 1,006 users and products; 1,002 of 2,000 purchases, most often bought first, all 2 recommendations and 1 of 9 similar products, best ranks first; Discoveries are left out',
    leftOut: { vertices: 1, edges: 2 },
  });
  expect(await rewrite(network, networkEdits, '1')).toEqual({
    vertices: {
      ids: ['p:2', 'p:1', 'u:11', 'p:4'],
      labels: ['Two', '1', '11', 'Four'],
      communities: [1, -1, 0, 3],
      degrees: [4, 3, 2, 0],
      sales: [2, 3, 4, 6],
    },
    edges: { sources: [2, 0], targets: [1, 1], kinds: [0, 2], strengths: [0.5, 1] },
    chosen:
      'All 4 users and products; 1,001 of 2,000 purchases, most often bought first, all 0 recommendations and 1 of 9 similar products, best ranks first; Discoveries are left out',
    leftOut: { vertices: 1, edges: 2 },
  });
  expect(await rewrite(network, networkEdits, '2')).toBe('unchanged');
});
