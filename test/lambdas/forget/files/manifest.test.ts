import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  factsOf,
  inOrder,
  sha256Of,
  updateManifest,
  verifyRun,
} from '../../../../lambdas/forget/files/manifest.ts';
import { createFileKinds, kindOf } from '../../../../lambdas/forget/files/registry.ts';
import { Manifest } from '../../../../lambdas/shared/contract/schemas.ts';

/** As the job wrote it. */
const TEXT = readFileSync(join(import.meta.dirname, '../../../fixtures/manifest.json'), 'utf8');
const MANIFEST = Manifest.parse(JSON.parse(TEXT));
const [first, second] = MANIFEST.files;
if (!first || !second) throw new Error('The manifest has too few files');
const factsIn = ({ sizeBytes, rows, sha256 }: typeof first) => ({ sizeBytes, rows, sha256 });

const AFTER = { sizeBytes: 7, rows: 3, sha256: 'f'.repeat(64) };

test('a file gets its new facts, and what it was is kept; everything else keeps its text', () => {
  const text = updateManifest(TEXT, 4, [{ name: second.name, after: AFTER }]);
  const manifest = Manifest.parse(JSON.parse(text));
  expect(manifest.files).toEqual(MANIFEST.files.with(1, { ...second, ...AFTER }));
  expect(manifest.erased).toEqual([
    ...MANIFEST.erased,
    { erasure: 4, name: second.name, before: factsIn(second), after: AFTER },
  ]);
  const isOfRun = (line: string): boolean =>
    !/"(?:sizeBytes|rows|sha256|erasure|name|before|after|erased)"|^\s*\}/.test(line);
  expect(text.split('\n').filter(isOfRun)).toEqual(TEXT.split('\n').filter(isOfRun));
  expect(text).toContain(
    [
      '"erased" : [ {',
      '    "erasure" : 4,',
      `    "name" : "${second.name}",`,
      '    "before" : {',
      `      "sizeBytes" : ${second.sizeBytes},`,
      `      "rows" : ${second.rows},`,
      `      "sha256" : "${second.sha256}"`,
      '    },',
    ].join('\n'),
  );
});

test('a change that the manifest has already is left out, so that an erasure may be continued', () => {
  const once = updateManifest(TEXT, 4, [{ name: first.name, after: AFTER }]);
  expect(updateManifest(once, 4, [{ name: first.name, after: AFTER }])).toBe(once);
  const later = { ...AFTER, sha256: 'e'.repeat(64) };
  const both = updateManifest(once, 4, [
    { name: first.name, after: AFTER },
    { name: second.name, after: later },
  ]);
  expect(Manifest.parse(JSON.parse(both)).erased.map(({ name }) => name)).toEqual([first.name, second.name]);
});

test('a later erasure adds to the earlier one', () => {
  const once = updateManifest(TEXT, 4, [{ name: first.name, after: AFTER }]);
  const later = { ...AFTER, sha256: 'e'.repeat(64) };
  const twice = Manifest.parse(JSON.parse(updateManifest(once, 5, [{ name: first.name, after: later }])));
  expect(twice.erased.map(({ erasure, before, after }) => [erasure, before, after])).toEqual([
    [4, factsIn(first), AFTER],
    [5, AFTER, later],
  ]);
});

test('a file that was deleted leaves the list; deleting it again changes nothing', () => {
  const changes = [{ name: first.name, after: null }];
  const once = updateManifest(TEXT, 4, changes);
  const manifest = Manifest.parse(JSON.parse(once));
  expect(manifest.files).toEqual(MANIFEST.files.slice(1));
  expect(manifest.erased.at(-1)).toEqual({
    erasure: 4,
    name: first.name,
    before: factsIn(first),
    after: null,
  });
  expect(updateManifest(once, 4, changes)).toBe(once);
});

test('nothing changes without a change; a file that is not in the manifest is refused', () => {
  expect(updateManifest(TEXT, 4, [])).toBe(TEXT);
  expect(updateManifest(TEXT, 4, [{ name: first.name, after: factsIn(first) }])).toBe(TEXT);
  expect(() => updateManifest(TEXT, 4, [{ name: 'none', after: AFTER }])).toThrow('it has no file none');
});

test('a manifest of an earlier version has no list of what was erased, and gets one', () => {
  const { erased: _, ...old } = MANIFEST;
  const text = `${JSON.stringify(old, null, 2)}\n`;
  const updated = updateManifest(text, 1, [{ name: first.name, after: AFTER }]);
  expect(Manifest.parse(JSON.parse(updated)).erased).toHaveLength(1);
});

test('a run is whole if every file has the size and the hash of the manifest', async () => {
  const bytes = Buffer.from('a');
  const files = [{ ...first, sizeBytes: 1, sha256: sha256Of(bytes) }, second];
  expect(await verifyRun({ files: files.slice(0, 1) }, async () => bytes)).toEqual([]);
  expect(
    await verifyRun({ files }, async (key) => (key === first.key ? Buffer.from('b') : undefined)),
  ).toEqual([
    {
      name: first.name,
      expected: { sizeBytes: 1, sha256: sha256Of(bytes) },
      found: { sizeBytes: 1, sha256: sha256Of(Buffer.from('b')) },
    },
    { name: second.name, expected: { sizeBytes: second.sizeBytes, sha256: second.sha256 }, found: null },
  ]);
});

test('the documents that say where blocks are come after the blocks', () => {
  const names = [
    'explorer/index.json',
    'explorer/users-00000.json.gz',
    'model/answer.json',
    'model/histories-00000.json.gz',
  ];
  expect(inOrder(names.map((name) => ({ name }))).map(({ name }) => name)).toEqual([
    names[1],
    names[3],
    names[0],
    names[2],
  ]);
});

test('facts are those of the manifest', () => {
  const kind = kindOf(createFileKinds({}), 'runs/00000001/00000001/recommendations.csv');
  const bytes = Buffer.from('user,product,list,rank,score\n1,2,any,1,0.5\n');
  expect(kind && factsOf(kind, bytes)).toEqual({ sizeBytes: bytes.length, rows: 1, sha256: sha256Of(bytes) });
});
