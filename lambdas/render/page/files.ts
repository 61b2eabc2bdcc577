import { manifestKey } from '../../shared/contract/keys.ts';
import { sum } from '../../shared/contract/numbers.ts';
import type { Manifest, RunFile } from '../../shared/contract/schemas.ts';
import { count, type Html, html, NOTHING, table } from '../../shared/web/html.ts';

/** Files that a person opens stand in the page; of the others, hundreds in a large shop, the manifest tells. */
const SHARDED = /^(.*\/)(?:part|users|products|names)-\d+[^/]*$/;

/** The run's files; links are relative to the page's place in the bucket. */
export function files(manifest: Manifest): Html {
  const single = manifest.files.filter(({ name }) => !SHARDED.test(name));
  const sharded = Map.groupBy(
    manifest.files.filter(({ name }) => SHARDED.test(name)),
    ({ name }) => name.replace(/\d+(?=[^/\d]*$)/, 'NNNNN'),
  );
  return html`${table({
    label: 'Files of the run',
    header: ['File', 'Rows', 'Bytes', 'SHA-256'],
    rows: single.map(({ name, key, rows, sizeBytes, sha256 }) => [
      html`<a href="${linkTo(key)}">${name}</a>`,
      count(rows),
      count(sizeBytes),
      html`<code class="hash">${sha256.slice(0, 16)}…</code>`,
    ]),
    numbers: [1, 2],
  })}
${sharded.size === 0 ? NOTHING : parts([...sharded])}
<p class="soft">The <a href="${linkTo(manifestKey(manifest.run))}">manifest</a> names every file with its whole hash.</p>`;
}

/** Each part of a key as it stands in an address. */
const linkTo = (key: string): string => `../../${key.split('/').map(encodeURIComponent).join('/')}`;

const parts = (groups: readonly (readonly [string, readonly RunFile[]])[]): Html => html`<h3>In parts</h3>
${table({
  label: 'Files in parts',
  header: ['Files', 'Parts', 'Rows', 'Bytes'],
  rows: groups.map(([name, of]) => [
    name,
    count(of.length),
    count(sum(of.map(({ rows }) => rows))),
    count(sum(of.map(({ sizeBytes }) => sizeBytes))),
  ]),
  numbers: [1, 2, 3],
})}`;
