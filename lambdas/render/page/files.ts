import { manifestKey } from '../../shared/contract/keys.ts';
import { sum } from '../../shared/contract/numbers.ts';
import type { Manifest, RunFile } from '../../shared/contract/schemas.ts';
import { count, type Html, html, NOTHING, table } from '../../shared/web/html.ts';

/** Files in numbered parts, hundreds of them in a large shop: the page counts them, and the manifest lists them. */
const SHARDED = /^(.*\/)(?:part|users|products|names)-\d+[^/]*$/;

/** A table of the run's files; its links are relative to the page's place in the bucket. */
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
<p class="soft">The <a href="${linkTo(manifestKey(manifest.run))}">manifest</a> lists every file with its full SHA-256.</p>`;
}

/** Returns the relative URL of a key, percent-encoded part by part. */
const linkTo = (key: string): string => `../../${key.split('/').map(encodeURIComponent).join('/')}`;

const parts = (
  groups: readonly (readonly [string, readonly RunFile[]])[],
): Html => html`<h3>Files in parts</h3>
${table({
  label: 'Files in parts',
  header: ['Files', 'Parts', 'Rows', 'Bytes'],
  rows: groups.map(([name, members]) => [
    name,
    count(members.length),
    count(sum(members.map(({ rows }) => rows))),
    count(sum(members.map(({ sizeBytes }) => sizeBytes))),
  ]),
  numbers: [1, 2, 3],
})}`;
