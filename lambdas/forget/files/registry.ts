import { NAMES_USERS } from '../../render/charts/chart.ts';
import { CURRENT_KEY, INDEX_KEY, PREFIX, PRIVACY_KEY } from '../../shared/contract/keys.ts';
import type { FieldMap } from '../../shared/sales/field-map.ts';
import {
  type BlockKind,
  blockRows,
  EXPLORER_USERS,
  HISTORIES,
  mayHoldBlocks,
  rewriteBlocks,
} from './blocks.ts';
import {
  answerEdits,
  explorerIndexEdits,
  graphEdits,
  networkEdits,
  rewriteDocument,
  usersEdits,
} from './documents.ts';
import { graphMlRows, rewriteGraphMl } from './graph-ml.ts';
import { type FileKind, type Forgotten, type RunContext, UNCHANGED } from './kind.ts';
import { rejectedRows, rewriteRejected } from './rejected.ts';
import { below, nameInRun, TABLES } from './tables.ts';
import { maskLog, reasonEdits } from './words.ts';

/**
 * Creates the kinds of all objects in the bucket. docs/files.md lists them.
 *
 * @param fieldMap The names of the fields on the topic, by which rejected records name their users.
 */
export const createFileKinds = (fieldMap: FieldMap): readonly FileKind[] => [
  ...TABLES,
  ...OF_RUNS,
  {
    name: 'rejected',
    holds: 'the bytes of a record that could not be read, its key, and the reason',
    matches: (key) => /^rejected\/.+\.ndjson$/s.test(key),
    rewrite: (bytes, forgotten) => rewriteRejected(bytes, forgotten, fieldMap),
    rows: rejectedRows,
  },
  ...OF_WORDS,
  ...DRAWN,
  ...WITHOUT_USERS,
];

/**
 * Finds the kind of an object.
 *
 * @returns undefined for an object that no stage writes, or that a version after this one wrote.
 */
export const kindOf = (kinds: readonly FileKind[], key: string): FileKind | undefined =>
  kinds.find((kind) => kind.matches(key));

type Naming = Pick<FileKind, 'name' | 'matches'>;

/** @param edits Removes the users from the text of a document. */
const document = (
  naming: Naming & { readonly holds: string },
  edits: (
    text: string,
    forgotten: Forgotten,
    run: RunContext,
  ) => ReturnType<Parameters<typeof rewriteDocument>[1]>,
): FileKind => ({
  ...naming,
  rewrite: (bytes, forgotten, { run = NO_RUN }) =>
    rewriteDocument(bytes, (text) => edits(text, forgotten, run)),
  rows: () => 1,
});

const blocks = (naming: Naming & { readonly holds: string }, kind: BlockKind): FileKind => ({
  ...naming,
  mayHold: ({ key, run = NO_RUN }, forgotten) => mayHoldBlocks(nameInRun(key), forgotten, { run, kind }),
  rewrite: (bytes, forgotten, { key, run = NO_RUN }) =>
    rewriteBlocks(bytes, forgotten, { name: nameInRun(key), run, kind }),
  rows: blockRows,
});

const NO_RUN: RunContext = {
  files: [],
  read: (name) => Promise.reject(new Error(`Cannot read ${name}: the run is not known`)),
};

const OF_RUNS: readonly FileKind[] = [
  {
    name: 'graphml',
    holds: '`id` of nodes and `source` of edges, with `u:` before the user',
    matches: below(/^graph\/graph\.graphml$/),
    rewrite: rewriteGraphMl,
    rows: graphMlRows,
  },
  blocks(
    {
      name: 'explorer users',
      holds: 'the keys of the rows',
      matches: below(/^explorer\/users-\d+\.json\.gz$/),
    },
    EXPLORER_USERS,
  ),
  blocks(
    { name: 'histories', holds: 'the keys of the rows', matches: below(/^model\/histories-\d+\.json\.gz$/) },
    HISTORIES,
  ),
  document(
    {
      name: 'explorer index',
      holds: '`picks.users`, and the beginnings of users in `users`',
      matches: below(/^explorer\/index\.json$/),
    },
    explorerIndexEdits,
  ),
  document(
    {
      name: 'answer',
      holds: 'the beginnings of users in `histories`',
      matches: below(/^model\/answer\.json$/),
    },
    answerEdits,
  ),
  document(
    {
      name: 'graph summary',
      holds: 'vertices and edges with `u:` before the user',
      matches: below(/^summary\/graph\.json$/),
    },
    graphEdits,
  ),
  document(
    {
      name: 'network',
      holds: '`vertices`, with `u:` before the user',
      matches: below(/^summary\/network\.json$/),
    },
    networkEdits,
  ),
  document(
    {
      name: 'user summary',
      holds: '`user`, with purchases and lists',
      matches: below(/^summary\/users\.json$/),
    },
    usersEdits,
  ),
];

const OF_WORDS: readonly FileKind[] = [
  document(
    {
      name: 'failure',
      holds: 'the messages of the job in `reasons`',
      matches: (key) => /^attempts\/\d{8,}\/failed\.json$/.test(key),
    },
    reasonEdits,
  ),
  {
    name: 'job log',
    holds: 'the messages of the job',
    matches: (key) => key.startsWith(PREFIX.logs),
    rewrite: maskLog,
    rows: () => 1,
  },
];

const DRAWN_GRAPH = new RegExp(`^charts/\\d{8,}/${NAMES_USERS}\\.(?:svg|png|vg\\.json)$`);
const PICTURE = /^charts\/\d{8,}\/[a-z-]+\.(?:svg|png|v[lg]\.json)$/;

/** Pictures and pages that show users. */
const DRAWN: readonly FileKind[] = [
  {
    ...withoutUsers('picture of the graph', (key) => DRAWN_GRAPH.test(key)),
    holds: 'labels of users; drawn again from `summary/graph.json`',
    isDrawn: true,
  },
  {
    ...withoutUsers('page of a run', (key) => /^charts\/\d{8,}\/index\.html$/.test(key)),
    holds: 'the picture of the graph, the interactive graph and one user; made again from the summaries',
    isDrawn: true,
  },
];

function withoutUsers(name: string, matches: FileKind['matches']): FileKind {
  return { name, holds: undefined, matches, rewrite: () => UNCHANGED, rows: () => 1 };
}

const startsWith =
  (...prefixes: readonly string[]) =>
  (key: string): boolean =>
    prefixes.some((prefix) => key.startsWith(prefix));

const is =
  (...keys: readonly string[]) =>
  (key: string): boolean =>
    keys.includes(key);

/** The objects that hold no user, each with the reason in its name. */
const WITHOUT_USERS: readonly FileKind[] = [
  withoutUsers(
    'measures of a run, and what is made of all users together',
    below(
      /^(?:metrics|graph|diff)\.json$|^summary\/(?:degrees|products|sales)\.json$|^model\/(?:ranker\.json|answer\.safetensors|products-\d+\.parquet)$/,
    ),
  ),
  withoutUsers('tables of products', below(/^explorer\/(?:products|names)-\d+\.json\.gz$/)),
  withoutUsers('manifests', startsWith(PREFIX.manifests)),
  withoutUsers('windows', startsWith(PREFIX.windows)),
  withoutUsers('requests of attempts', (key) => /^attempts\/\d{8,}\/\d{8,}\.(?:started\.)?json$/.test(key)),
  withoutUsers('decisions', startsWith(PREFIX.publications)),
  withoutUsers(
    'pictures of numbers and products',
    (key) =>
      (PICTURE.test(key) && !DRAWN_GRAPH.test(key)) ||
      /^charts\/\d{8,}\/(?:failed\.json|tries\/.+)$/.test(key),
  ),
  withoutUsers('products', startsWith(PREFIX.catalogue)),
  withoutUsers(
    'receipts, and hashes of users',
    startsWith(PREFIX.receipts, PREFIX.tombstones, PREFIX.erasures),
  ),
  withoutUsers('pointers and settings', is(CURRENT_KEY, INDEX_KEY, PRIVACY_KEY)),
];
